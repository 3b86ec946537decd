-- 20/s x 90 s x 20 = 36,000 requests: without a failure, at most 0.0083 % of them fail.
client "users" { arrivals = poisson "20/s", target = "web", timeout = "1s" }
service "web" { workers = 8, work = exponential "20ms" }
goal "users.availability >= 99.99%"
run { duration = "100s", warmup = "10s", replications = 20 }
