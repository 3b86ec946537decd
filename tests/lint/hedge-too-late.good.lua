client "users" { arrivals = poisson "50/s", target = "web", timeout = "500ms",
  hedge = { after = "60ms" } }
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
