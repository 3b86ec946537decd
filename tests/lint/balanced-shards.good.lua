-- Two databases of one instance each keep all of the data; the balancer may choose either.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s",
  keys = zipf { n = 1000, s = 0.9 } }
load_balancer "lb" { backends = { "one", "other" } }
database "one" { workers = 2, read = exponential "5ms" }
database "other" { workers = 2, read = exponential "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
