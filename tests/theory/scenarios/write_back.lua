-- Writes that a cache acknowledges and writes to its database every so often; now and then it
-- crashes.
local rate = param { "rate", "1/s", doc = "writes of each key" }
local keys = param { "keys", 100, doc = "keys" }
local flush = param { "flush", "1s", doc = "how often they are written back" }
local mttf = param { "mttf", "50s", doc = "mean time between crashes" }
client "c" {
  arrivals = poisson(rate), target = "cache", mix = { write = 1 }, keys = uniform_keys { n = keys },
}
cache "cache" { origin = "db", write = back { flush = flush } }
database "db" { }
fault { crash "cache", mttf = exponential(mttf), mttr = "1ms" }
run { duration = "21000s", warmup = "1000s", replications = 10 }
