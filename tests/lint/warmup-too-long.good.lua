-- 10 of 100 s are thrown away.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s" }
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
