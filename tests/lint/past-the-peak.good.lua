-- As many threads as the peak of the throughput has calls.
client "users" { arrivals = poisson "200/s", target = "web", timeout = "5s" }
service "web" {
  workers = 44, queue = 100, work = exponential "10ms",
  slows = usl { sigma = 0.03, kappa = 0.0005 },
}
run { duration = "100s", warmup = "10s", replications = 4 }
