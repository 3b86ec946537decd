-- Each query opens a connection of its own.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "3s" }
service "web" { workers = 8, on = { default = { work "2ms", call { "db", timeout = "2s" } } } }
database "db" { workers = 8, read = exponential "5ms" }
path { from = "web", to = "db", latency = "1ms", transport = "tcp" }
run { duration = "100s", warmup = "10s", replications = 4 }
