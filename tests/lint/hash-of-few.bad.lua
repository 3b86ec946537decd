-- Twelve customers, and a balancer that keeps each with one of four servers.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s", users = 12 }
load_balancer "lb" { algorithm = "consistent_hash", by = "user", backends = "web" }
service "web" { instances = 4, workers = 4, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
