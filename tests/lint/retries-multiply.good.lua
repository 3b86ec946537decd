-- The client may try again for a fifth of its requests, so that nothing multiplies.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s",
  retry = { attempts = 3, backoff = "50ms", budget = "20%" } }
load_balancer "lb" { backends = "web", connect_retries = 3 }
service "web" { instances = 4, workers = 2, queue = 10, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
