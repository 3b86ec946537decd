-- Requests are about a thousand different data, some more popular than others.
client "users" { arrivals = poisson "50/s", target = "cache", timeout = "1s",
  keys = zipf { n = 1000, s = 1.0 } }
cache "cache" { capacity = 100, origin = "db" }
database "db" { workers = 4, read = "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
