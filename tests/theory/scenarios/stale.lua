-- A cache whose entries end by time alone, in front of a database that is written past it.
local rate = param { "rate", "2/s", doc = "reads of a key" }
local writes = param { "writes", "0.1/s", doc = "writes of a key" }
local ttl = param { "ttl", "10s", doc = "time to live" }
client "readers" {
  arrivals = poisson(rate), target = "cache", mix = { read = 1 }, keys = uniform_keys { n = 1 },
}
client "writers" {
  arrivals = poisson(writes), target = "db", mix = { write = 1 }, keys = uniform_keys { n = 1 },
}
cache "cache" { ttl = ttl, origin = "db" }
database "db" { }
run { duration = "100000s", warmup = "100s", replications = 10 }
