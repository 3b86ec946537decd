-- A second try after a second, of calls that are given up after half a second.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "500ms",
  hedge = { after = "1s" } }
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
