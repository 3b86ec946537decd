-- No request can time out: the run is over before.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "5min" }
service "web" { workers = 8, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
