-- 96 requests of 40 MB each under a limit of 4 GB.
client "users" { arrivals = poisson "20/s", target = "web", timeout = "5s" }
service "web" {
  workers = 64, queue = 32, memory = { request = "40MB", limit = "4GB" },
  work = exponential "15ms",
}
run { duration = "100s", warmup = "10s", replications = 4 }
