-- All of them find a place.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { backends = "web" }
service "web" { instances = 4, workers = 32, queue = 64, on = { default = {
  work "2ms", call { "app", timeout = "500ms" },
} } }
service "app" { workers = 8, work = exponential "5ms", accept = { most = 200 } }
path { from = "web", to = "app", latency = "1ms", transport = "tcp",
       connect = { keep = "60s" } }
run { duration = "100s", warmup = "10s", replications = 4 }
