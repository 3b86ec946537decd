-- A small LRU cache before a larger one; and an LRU cache of so many bytes.
local bytes = param { "bytes", false }
client "c" { arrivals = poisson "5000/s", target = "cache",
  keys = zipf { n = 10000, s = bytes and 0.8 or 0.9 } }
cache "cache" { capacity = bytes and "5MB" or 100,
  object_size = bytes and exponential "10kB" or nil,
  origin = bytes and "db" or "second" }
cache "second" { only_if = not bytes, capacity = 1000, origin = "db" }
database "db" {}
run { duration = "200s", warmup = "60s", replications = 6 }
