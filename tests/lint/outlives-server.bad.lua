-- The proxy keeps connections for a minute, the application closes them after 5 s.
client "users" { arrivals = poisson "1/s", target = "proxy", timeout = "1s" }
service "proxy" { on = { call { "app", timeout = "1s" } } }
service "app" { workers = 4, work = "5ms", accept = { idle = "5s" } }
path { from = "proxy", to = "app", latency = "1ms", transport = "tcp", connect = { keep = "60s" } }
run { duration = "200s", warmup = "10s", replications = 4 }
