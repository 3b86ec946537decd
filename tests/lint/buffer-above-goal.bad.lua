-- 10 MB before 20 Mbit/s take 4 s to send, and the goal allows 150 ms.
client "till" { arrivals = poisson "20/s", target = "payments", response = "2kB", timeout = "5s" }
client "restore" {
  arrivals = poisson "0.5/s", target = "payments", response = "2MB", timeout = "1min",
}
service "payments" { workers = 50, work = exponential "5ms" }
path { from = "till", to = "payments", latency = "10ms", bandwidth = "20Mbit/s", buffer = "10MB",
       transport = "tcp" }
goal "till.latency.p99 < 150ms"
run { duration = "200s", warmup = "10s", replications = 4 }
