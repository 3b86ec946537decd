-- Half of the cache nodes are replaced by empty ones within a quarter of a minute: do reads that
-- ask every shard come back?
--
-- Source: slack.engineering/slacks-incident-on-2-22-22
-- A restart of agents took cache nodes out one after the other, and spare ones without data took
-- their places. A miss asked every shard, timed out under the load, and so filled no cache: the
-- overload kept itself up. What helped was to let fewer users in, and to ask only the shard that
-- has what is missing. Rates and sizes are not told; here a shard does 100 reads a second, and a
-- cache node has room for all keys.
--
-- Off: scatter=false  a miss asks one shard, which has room for all misses
-- Off: nodes=0  caches that stay full keep the reads away
-- Answer: boots.availability
local scatter = param { "scatter", true, doc = "whether a miss asks every shard" }
local nodes = param { "nodes", 4, doc = "cache nodes, of eight, that are replaced" }

client "boots" {
  arrivals = poisson "400/s", target = "web",
  timeout = "2s", retry = { attempts = 3, backoff = "200ms" }, keys = zipf { n = 20000, s = 0.6 },
}
service "web" { workers = 2000, on = { call { "ring", timeout = "1s" } } }
load_balancer "ring" { algorithm = "consistent_hash", by = "key", backends = "cache" }
cache "cache" { instances = 8, capacity = 20000, warm = true, origin = "vitess" }
service "vitess" {
  workers = 500, on = { scatter and call { "shard", each = true } or call "shard" },
}
service "shard" { instances = 8, workers = 1, work = exponential "10ms" }
for i = 1, nodes do
  fault { flush("cache[" .. i .. "]"), at = "4s" * i + "10s" }
end

goal "boots.availability < 90%"
goal "vitess.availability < 40%"
run { duration = "70s", warmup = "5s", replications = 4 }
