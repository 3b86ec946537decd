-- 300/s times 20 ms keep 6 workers busy; web has 2 x 2, and its queue grows for ever.
client "users" { arrivals = poisson "300/s", target = "lb", timeout = "1s" }
load_balancer "lb" { backends = "web" }
service "web" { instances = 2, workers = 2, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
