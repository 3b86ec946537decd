-- Nothing is slower than half a second: it has timed out by then.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "500ms",
  breaker = { failures = 5, slow = "1s", open = "30s" } }
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
