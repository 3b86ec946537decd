-- The fault is over at 80 s, which leaves 20 s to recover.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s" }
service "web" { workers = 4, work = exponential "20ms" }
fault { slow { "web", factor = 2 }, at = "70s", lasts = "10s" }
run { duration = "100s", warmup = "10s", replications = 4 }
