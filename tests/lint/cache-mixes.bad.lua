-- Who buys what somebody has looked at is answered by the cache, and nothing is bought.
client "users" { arrivals = poisson "90/s", target = "cdn", timeout = "1s",
  mix = { browse = 0.8, write = 0.1, buy = 0.1 }, keys = zipf { n = 1000, s = 0.9 } }
cache "cdn" { capacity = 500, ttl = "60s", origin = "web" }
service "web" { workers = 8,
  on = { browse = { work "5ms" }, write = { work "9ms" }, buy = { work "20ms" } } }
run { duration = "100s", warmup = "10s", replications = 4 }
