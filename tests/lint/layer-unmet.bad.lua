-- Each call comes on a connection of its own: what is layer 4 to keep together?
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "2s" }
load_balancer "lb" { backends = "web", layer = 4 }
service "web" { instances = 2, workers = 8, work = "2ms" }
path { from = "users", to = "lb", latency = "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
