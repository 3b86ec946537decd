-- No more requests than 72 are there at once.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "5s" }
service "web" {
  workers = 8, queue = 64, work = exponential "100ms",
  pauses = { every = exponential "10s", lasts = "50ms", per_load = 3 },
}
run { duration = "100s", warmup = "10s", replications = 4 }
