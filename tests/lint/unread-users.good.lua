-- Users of two tiers.
client "users" {
  arrivals = poisson "50/s",
  target = "web",
  users = 1000,
  tier = { free = 0.9, paid = 0.1 },
}
service "web" { workers = 8, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
