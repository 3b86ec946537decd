-- The crash lasts to the end, so that the server never starts again.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { backends = "web", connect_retries = 1 }
service "web" { instances = 2, workers = 2, work = exponential "5ms", start = "10s" }
fault { crash "web[1]", at = "50s" }
run { duration = "100s", warmup = "10s", replications = 4 }
