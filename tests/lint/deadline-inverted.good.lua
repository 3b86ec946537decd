client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s", deadline = "3s",
  retry = { attempts = 2, backoff = "10ms" } }
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
