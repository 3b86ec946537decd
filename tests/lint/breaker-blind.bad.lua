-- Five calls in ten seconds, and the breaker wants to see twenty.
client "users" { arrivals = poisson "0.5/s", target = "web",
  breaker = { ratio = "50%", window = "10s", least = 20, open = "30s" } }
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "1000s", warmup = "10s", replications = 4 }
