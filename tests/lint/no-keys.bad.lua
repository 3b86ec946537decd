-- All requests are about the same datum, so that the cache misses once.
client "users" { arrivals = poisson "50/s", target = "cache", timeout = "1s" }
cache "cache" { capacity = 100, origin = "db" }
database "db" { workers = 4, read = "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
