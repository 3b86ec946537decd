client "users" { arrivals = poisson "50/s", target = "c", mix = { read = 1 }, timeout = "1s",
  keys = zipf { n = 1000, s = 0.9 } }
client "shop" { arrivals = poisson "5/s", target = "db", mix = { write = 1 }, timeout = "1s",
  keys = zipf { n = 1000, s = 0.9 } }
cache "c" { origin = "db", ttl = "60s" }
database "db" { workers = 8, read = exponential "5ms", write = exponential "10ms" }
goal "c.stale_age.max < 10s"
run { duration = "5min", warmup = "90s" }
