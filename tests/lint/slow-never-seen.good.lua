-- A call is slow before it times out.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "500ms",
  breaker = { failures = 5, slow = "200ms", open = "30s" } }
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
