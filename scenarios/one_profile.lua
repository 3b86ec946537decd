-- A thousand people open the same profile at once: how often is the database asked for it without a
-- cache, with one, and with one in which equal misses wait for one answer?
--
-- Covers D01.
-- All requests come at one instant, and the database takes 50 ms for a read and does eight at once.
-- Without a cache each of them is a read, and the last answer comes after more than six seconds. A
-- cache that holds nothing yet is no better: all of them miss before the first answer is there.
-- With `single_flight` the first one asks and the others wait for its answer, so that all have it
-- after 50 ms; a second thousand half a minute later are hits, in both caches. What a read takes,
-- and how many at once, are assumed.
--
-- Off: joined=false  every miss asks for itself, as without a cache
-- Off: ttl=10s  the second thousand come when the time of the entry is over
-- Answer: joined-db.reads
local joined = param { "joined", true, doc = "whether equal misses wait for one answer" }
local ttl = param { "ttl", "3600s", doc = "how long the profile is good" }

local function readers(name, target)
  for i, at in ipairs { "10s", "40s" } do
    client(name .. "-" .. i) {
      arrivals = burst { 1000, at = at }, target = target, keys = uniform_keys { n = 1 },
    }
  end
end
for _, name in ipairs { "direct", "cached", "joined" } do
  database(name .. "-db") { workers = 8, read = "50ms" }
end
readers("direct", "direct-db")
readers("cached", "cached")
readers("joined", "joined")
cache "cached" { origin = "cached-db", ttl = ttl }
cache "joined" { origin = "joined-db", ttl = ttl, single_flight = joined }

goal "direct-db.reads > 1999"
goal "direct-1.latency.max > 6s"
goal "cached-db.reads > 999"
goal "cached-2.latency.max < 1ms"
goal "joined-db.reads < 2"
goal "joined-1.latency.max < 60ms"
goal "joined-2.latency.max < 1ms"
run { duration = "60s", warmup = "0s", replications = 4 }
