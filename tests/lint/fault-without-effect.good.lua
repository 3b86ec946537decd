-- The server calls the database: it cannot while they are apart.
client "users" { arrivals = poisson "40/s", target = "web", timeout = "1s" }
service "web" { workers = 4, on = { work(exponential "10ms"), call { "db", timeout = "500ms" } } }
database "db" { workers = 4, read = "5ms" }
fault { partition { "web", "db" }, at = "20s", lasts = "10s" }
run { duration = "100s", warmup = "10s", replications = 4 }
