-- Plays the system that is measured in docs/howto/model-my-system.md: what its model must agree with.
local rate = param { "rate", "300/s" }
client "users" {
  arrivals = poisson(rate), target = "nginx", timeout = "5s", mix = { get = 0.9, post = 0.1 },
}
load_balancer "nginx" { backends = "api", algorithm = "least_connections" }
service "api" {
  instances = 2, workers = 8, queue = 128,
  on = {
    get = { work(gamma { mean = "14ms", shape = 3 }), call { "db", op = "read" }, call { "db", op = "read" } },
    post = { work(gamma { mean = "20ms", shape = 3 }), call { "db", op = "read" }, call { "db", op = "write" } },
  },
}
database "db" {
  workers = 8, connections = 100,
  read = mixture { { 0.9, lognormal { mean = "2ms", cv = 0.7 } }, { 0.1, exponential "22ms" } },
  write = lognormal { mean = "9ms", cv = 0.6 },
}
path { from = "api", to = "db", latency = "250us" }
run { duration = "10m", warmup = "20s", replications = 4 }
