-- Each instance of db keeps a quarter of the keys, and the balancer sends calls to any of them.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s",
  keys = zipf { n = 1000, s = 0.9 } }
load_balancer "lb" { backends = "db" }
database "db" { instances = 4, workers = 2, read = exponential "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
