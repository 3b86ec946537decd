-- A burst of 50 finds room behind the gate.
client "users" { arrivals = poisson "50/s", target = "gate", timeout = "1s" }
service "gate" { io = "async", workers = 2, on = { limit { "80/s", burst = 50 }, call "web" } }
service "web" { workers = 4, queue = 64, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
