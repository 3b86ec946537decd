-- 20/s x 90 s x 4 = 7200 requests: even without a failure, 0.042 % of them may fail.
client "users" { arrivals = poisson "20/s", target = "web", timeout = "1s" }
service "web" { workers = 8, work = exponential "20ms" }
goal "users.availability >= 99.99%"
run { duration = "100s", warmup = "10s", replications = 4 }
