-- The paths join a caller and what it calls, and a control and what it watches.
client "users" { arrivals = poisson "40/s", target = "web", timeout = "1s" }
service "web" { workers = 4, on = { work(exponential "10ms"), call "db" } }
database "db" { workers = 4, read = "5ms" }
path { from = "web", to = "db", latency = "1ms" }
control "watch" { heartbeat = "db", every = "1s" }
path { from = "watch", to = "db", latency = "1ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
