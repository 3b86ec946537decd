-- Each of two drawn backends is one of several.
client "users" { arrivals = poisson "100/s", target = "lb", timeout = "1s" }
load_balancer "lb" { algorithm = "power_of_two", backends = "web", reports = { every = "1s" } }
service "web" { instances = 5, workers = 4, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
