-- A hundred calls come between two reports.
client "users" { arrivals = poisson "100/s", target = "lb", timeout = "1s" }
load_balancer "lb" { algorithm = "least_connections", backends = "web", reports = { every = "1s" } }
service "web" { instances = 5, workers = 4, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
