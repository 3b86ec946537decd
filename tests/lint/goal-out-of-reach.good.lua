-- 20 ms there, 20 ms back and 30 ms of work leave 30 ms to wait. What the slowest answers
-- of one call take is nothing for a goal where a second try is sent meanwhile.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s", zone = "paris" }
service "web" { workers = 8, work = "30ms", zone = "oslo" }
path { from = "paris", to = "oslo", latency = "20ms" }
client "careful" { arrivals = poisson "5/s", target = "tail", timeout = "20s",
  hedge = { after = "200ms" } }
service "tail" { work = empirical { min = "20ms", p50 = "100ms", p90 = "200ms", p99 = "3s",
  max = "12s" } }
goal "careful.latency.p99 < 1s"
goal "users.latency.p50 < 100ms"
run { duration = "100s", warmup = "10s", replications = 4 }
