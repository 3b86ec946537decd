-- Connections are kept, and stay with the server that they were given.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "2s" }
load_balancer "lb" { backends = "web", layer = 4 }
service "web" { instances = 2, workers = 8, work = "2ms" }
path { from = "users", to = "lb", latency = "20ms", transport = "tcp",
  connect = { keep = "60s" } }
run { duration = "100s", warmup = "10s", replications = 4 }
