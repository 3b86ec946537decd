-- A lost SYN is sent again after a second, when nobody waits any more.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "800ms" }
service "web" { workers = 8, work = "2ms" }
path { from = "users", to = "web", latency = "20ms", loss = "1%", transport = "tcp" }
run { duration = "100s", warmup = "10s", replications = 4 }
