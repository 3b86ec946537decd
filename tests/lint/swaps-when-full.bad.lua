-- 128 requests of 40 MB each on a machine with 4 GB.
client "users" { arrivals = poisson "20/s", target = "web", timeout = "5s" }
host "vm" { cpus = 2, memory = "4GB", swap = 20 }
service "web" {
  host = "vm", workers = 64, queue = 64, memory = { request = "40MB" }, work = exponential "15ms",
}
run { duration = "100s", warmup = "10s", replications = 4 }
