-- The gate lets 500 calls through at one time, and the server behind it has room for 68.
client "users" { arrivals = poisson "50/s", target = "gate", timeout = "1s" }
service "gate" { io = "async", workers = 2, on = { limit { "80/s", burst = 500 }, call "web" } }
service "web" { workers = 4, queue = 64, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
