-- Two hundred threads, each of which has to agree with each other one.
client "users" { arrivals = poisson "200/s", target = "web", timeout = "5s" }
service "web" {
  workers = 200, queue = 100, work = exponential "10ms",
  slows = usl { sigma = 0.03, kappa = 0.0005 },
}
run { duration = "100s", warmup = "10s", replications = 4 }
