-- Twelve customers: each request goes to the server with the fewest calls.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { algorithm = "least_connections", backends = "web" }
service "web" { instances = 4, workers = 4, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
