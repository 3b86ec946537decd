-- The balancer chooses by user, and the requests are nobody's: one server gets all of them.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { algorithm = "hash", by = "user", backends = "web" }
service "web" { instances = 3, workers = 4, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
