-- Each of the calls has a line.
client "users" { arrivals = poisson "40/s", target = "web", timeout = "1s" }
service "web" { workers = 4, on = { work(exponential "10ms"), call "db" } }
database "db" { workers = 4, read = "5ms" }
allow { from = "users", to = "web" }
allow { from = "web", to = "db" }
run { duration = "100s", warmup = "10s", replications = 4 }
