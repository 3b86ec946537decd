-- The run ends at 100 s.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s" }
service "web" { workers = 4, work = exponential "20ms" }
fault { crash "web", at = "120s", lasts = "10s" }
run { duration = "100s", warmup = "10s", replications = 4 }
