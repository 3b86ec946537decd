-- The client waits longer than all that web can wait for: 100 ms, then 250 ms.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "400ms" }
load_balancer "lb" { backends = "web" }
service "web" { instances = 2, workers = 8, queue = 20, on = { default = {
  work "2ms",
  call { "hot", timeout = "100ms", fallback = { call { "db", timeout = "250ms" } } },
} } }
service "hot" { workers = 4, work = "1ms" }
database "db" { workers = 4, read = "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
