-- 5/s x 90 s x 4 = 1800 requests, of which 1.8 lie beyond the quantile 99.9 %.
client "users" { arrivals = poisson "5/s", target = "web", timeout = "1s" }
service "web" { workers = 8, work = exponential "20ms" }
goal "users.latency.p999 < 500ms"
run { duration = "100s", warmup = "10s", replications = 4 }
