-- An LRU cache is emptied: how many further reads reach the store, and how soon is it as good as
-- before?
--
-- Source: github.com/adamfilli/happy-simulator, examples/performance/cold_start.py
-- 1000 reads/s of 200 keys (Zipf, exponent 1.5), a cache of 150 entries, three minutes, the cache
-- emptied after 90 s. Reported: 2571 reads of the store in all, and 98.57 % hits.
--
-- Off: capacity=200  everything fits: only the first read of each key misses
-- Off: exponent=0  no key is read more often than another
-- Answer: cache.misses
local capacity = param { "capacity", 150, doc = "entries in the cache" }
local exponent = param { "exponent", 1.5, doc = "how unequal the keys are" }

client "users" {
  arrivals = poisson "1k/s", target = "cache", keys = zipf { n = 200, s = exponent },
}
cache "cache" { capacity = capacity, policy = "lru", origin = "store" }
service "store" { work = "11ms" }
fault { flush "cache", at = "90s" }

goal "cache.misses > 2400"
goal "cache.misses < 2750"
goal "cache.hit_ratio > 98.4%"
goal "cache.hit_ratio < 98.8%"
run { duration = "180s", warmup = "0s", replications = 10 }
