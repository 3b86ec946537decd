-- A timeout that can pass.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "5s" }
service "web" { workers = 8, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
