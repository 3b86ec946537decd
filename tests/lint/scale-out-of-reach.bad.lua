-- More web servers take nothing off the database.
client "c" { arrivals = poisson "200/s", target = "web", timeout = "1s" }
service "web" { workers = 16, queue = 100,
  on = { work(exponential "4ms"), call { "db", timeout = "500ms" } } }
service "db" { workers = 8, queue = 100, on = { work(exponential "20ms") } }
control "hpa" { watch = "db.utilization", target = "70%", act = scale { "web", to = 10 } }
run { duration = "10min", warmup = "1min" }
