-- Words that the scenarios of tests/lint do not have.
local n = param { "n", 2 }
client "u" {
  arrivals = poisson(profile { { "0s", "1/s" }, { "5s", "9/s" }, every = "10s" }), target = "lb",
  users = zipf { n = 10, s = 0.8 }, tier = { free = 0.9, paid = 0.1 }, patience = "3s",
  session = { lasts = "1h", holds = "db", think = exponential "9s", attempts = 3 },
}
load_balancer "lb" { backends = "s", algorithm = "power_of_two", sticky = "1h", layer = 7 }
service "s" {
  instances = n, workers = 4, slows = usl { sigma = 0.02, kappa = 0.0001 },
  on = {
    limit { "9/s", burst = 9, per = "user" },
    transaction { call { "db", op = "write" }, call { "db2", op = "write" }, commit = "2pc" },
    work { "2ms", per_byte = "0.25ns", on = "ssd" },
  },
}
database "db" { workers = 8, sessions = 5 }
database "db2" { workers = 2 }
disk "ssd" { access = "100us", bandwidth = "500MB/s" }
control "hpa" { watch = "s.utilization", target = "70%", act = scale { "s", from = 1, to = n } }
path { from = "u", to = "lb", distance = "1000km", loss = "1%", transport = "tcp",
       connect = { tls = "1.3", check = "ocsp" } }
fault { crash { random = { "s", every = "1h" } }, lasts = "5s" }
goal { "u.availability >= 99%", during = "crash random s" }
sweep { n = { 1, 2 } }
run { duration = "9s", warmup = "1s", replications = 2 }
