-- One datum that is good for 1 s, and an origin that takes its time: misses that wait for one call
-- (together), hits on what is over (revalidate), errors that are kept (negative), early calls
-- (early).
local how = param { "how", "together" }
local together, early = how == "together", how == "early"
client "c" { arrivals = poisson(({ together = "20/s", early = "20/s", revalidate = "2/s",
  negative = "1/s" })[how]),
  target = "cache", keys = uniform_keys { n = 1 } }
cache "cache" { capacity = 10, origin = "db", ttl = how == "negative" and "never" or "1s",
  single_flight = together, stale = how == "revalidate" and "1s" or "0s",
  early = early and 1 or 0, negative = how == "negative" and "10s" or "0s" }
service "db" { on = how == "negative" and { fail() }
  or { work(together and exponential "50ms" or early and "100ms" or "1ms") } }
run { duration = "10000s", warmup = "10s", replications = 10 }
