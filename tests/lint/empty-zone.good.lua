-- A region of one zone, in which the server is.
client "users" { arrivals = poisson "40/s", target = "web", timeout = "1s" }
service "web" { workers = 1, work = exponential "10ms", zone = "eu-1" }
region "eu" { zones = { "eu-1" } }
path { from = "users", to = "eu", latency = "1ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
