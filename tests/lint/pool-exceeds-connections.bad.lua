-- 4 x 32 = 128 workers of web can want the database's 100 connections.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { backends = "web" }
service "web" { instances = 4, workers = 32, queue = 64, on = { default = {
  work "2ms", call { "db", timeout = "500ms" },
} } }
database "db" { workers = 8, connections = 100, read = exponential "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
