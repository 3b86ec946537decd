-- 20 ms there, 20 ms back and 30 ms of work leave 30 ms to wait.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s", zone = "paris" }
service "web" { workers = 8, work = "30ms", zone = "oslo" }
path { from = "paris", to = "oslo", latency = "20ms" }
goal "users.latency.p50 < 100ms"
run { duration = "100s", warmup = "10s", replications = 4 }
