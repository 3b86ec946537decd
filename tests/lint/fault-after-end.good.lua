-- A fault in the middle of what is measured.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s" }
service "web" { workers = 4, work = exponential "20ms" }
fault { crash "web", at = "50s", lasts = "10s" }
run { duration = "100s", warmup = "10s", replications = 4 }
