-- 20 ms there, 20 ms back and 30 ms of work leave 30 ms to wait. What the slowest answers
-- of one call take is nothing for a goal where a second try is sent meanwhile.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s", zone = "paris" }
service "web" { workers = 8, work = "30ms", zone = "oslo" }
path { from = "paris", to = "oslo", latency = "20ms" }
client "careful" { arrivals = poisson "5/s", target = "tail", timeout = "20s",
  hedge = { after = "200ms" } }
service "tail" { work = empirical { min = "20ms", p50 = "100ms", p90 = "200ms", p99 = "3s",
  max = "12s" } }
-- While what is asked hangs a breaker answers at once, sooner than when all is well.
client "readers" { arrivals = poisson "50/s", target = "page", timeout = "1s" }
service "page" { on = { call { "advice", timeout = "300ms", fallback = {},
  breaker = { ratio = "60%", window = 20, open = "10s" } } } }
service "advice" { workers = 8, queue = 20, work = exponential "35ms" }
fault { hang "advice", at = "40s", lasts = "20s" }
goal { "readers.latency.p90 < 60ms", during = "hang advice" }
goal "careful.latency.p99 < 1s"
goal "users.latency.p50 < 100ms"
run { duration = "100s", warmup = "10s", replications = 4 }
