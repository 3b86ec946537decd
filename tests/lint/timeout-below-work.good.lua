-- Two thirds of the answers come within 60 ms.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "60ms", zone = "paris" }
service "web" { workers = 20, queue = 20, work = exponential "50ms", zone = "oslo" }
path { from = "paris", to = "oslo", latency = "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
