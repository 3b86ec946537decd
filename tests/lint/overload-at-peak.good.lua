-- At 400/s web needs 4 workers of its 5.
client "users" {
  arrivals = poisson(profile { { "0s", "40/s" }, { "50s", "400/s" }, { "70s", "40/s" } }),
  target = "web", timeout = "2s",
}
service "web" { workers = 5, queue = 100, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
