-- Are requests lost when a server is stopped for maintenance?
client "users" { arrivals = poisson "50/s", target = "lb" }
load_balancer "lb" { backends = "web" }
service "web" { instances = 2, workers = 8, work = exponential "20ms", drain = "30s" }
fault { stop "web[1]", at = "20s", lasts = "10s" }
run { duration = "100s", warmup = "10s", replications = 4 }
