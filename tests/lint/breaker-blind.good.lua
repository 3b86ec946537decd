client "users" { arrivals = poisson "0.5/s", target = "web",
  breaker = { ratio = "50%", window = "2min", least = 20, open = "30s" } }
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "1000s", warmup = "10s", replications = 4 }
