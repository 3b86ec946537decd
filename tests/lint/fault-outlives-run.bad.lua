-- The run ends at 100 s, and the fault at 130 s.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s" }
service "web" { workers = 4, work = exponential "20ms" }
fault { slow { "web", factor = 2 }, at = "70s", lasts = "1min" }
run { duration = "100s", warmup = "10s", replications = 4 }
