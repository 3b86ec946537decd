-- The median of this work is 50 ms * ln 2 = 34.7 ms, and 10 ms pass on the way there and back.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "40ms", zone = "paris" }
service "web" { workers = 20, queue = 20, work = exponential "50ms", zone = "oslo" }
path { from = "paris", to = "oslo", latency = "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
