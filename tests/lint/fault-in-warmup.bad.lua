-- The warm-up ends at 10 s, and the fault at 7 s.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s" }
service "web" { workers = 4, work = exponential "20ms" }
fault { crash "web", at = "5s", lasts = "2s" }
run { duration = "100s", warmup = "10s", replications = 4 }
