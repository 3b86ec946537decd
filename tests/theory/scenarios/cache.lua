-- Independent requests with Zipf popularity in front of an origin that answers at once.
local n = param { "n", 10000, doc = "keys" }
local s = param { "s", 1.0, doc = "exponent" }
local capacity = param { "capacity", 100, doc = "entries" }
local policy = param { "policy", "lru", doc = "which entry goes" }
local ttl = param { "ttl", "never", doc = "time to live" }
local expire = param { "expire", "after_write", doc = "from when the time to live counts" }
local rate = param { "rate", "1000/s", doc = "requests" }
local duration = param { "duration", "1200s", doc = "simulated time" }
local warmup = param { "warmup", "200s", doc = "of it left out" }
local runs = param { "runs", 10, doc = "replications" }
local per = param { "per", "all", doc = "whose cache it is" }
local users = per == "user" and param { "users", 10, doc = "users" } or nil
client "c" {
  arrivals = poisson(rate), target = "cache", keys = zipf { n = n, s = s }, users = users,
}
cache "cache" {
  per = per, capacity = capacity, policy = policy, ttl = ttl, expire = expire, origin = "origin",
}
database "origin" { }
run { duration = duration, warmup = warmup, replications = runs }
