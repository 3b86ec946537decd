-- A thousand users, each of whom always meets the same server.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s", users = 1000 }
load_balancer "lb" { algorithm = "hash", by = "user", backends = "web" }
service "web" { instances = 3, workers = 4, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
