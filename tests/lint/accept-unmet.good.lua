-- Users connect.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "2s" }
service "web" { workers = 8, work = "2ms", accept = { most = 1000, handshake = "400us" } }
path { from = "users", to = "web", latency = "20ms", transport = "tcp", connect = { keep = "60s" } }
run { duration = "100s", warmup = "10s", replications = 4 }
