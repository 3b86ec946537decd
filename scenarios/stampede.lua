-- The entries of a cache end, and it comes back empty from a crash: how much does its database have
-- to do then, and how long do users wait, with single-flight, with stale answers and with a warm
-- start?
--
-- Covers D04.
-- A thousand keys, asked for 2000 times a second, are good for 20 s; the database does 300 reads
-- a second. At 101 s all caches are killed and started again. The plain one comes back empty,
-- every miss asks, and thousands of reads queue, most of them for the same few keys. Misses that
-- wait for one answer leave the database a read of each key, which it does in a second. Answers
-- within 20 s after an entry's end, while one read brings a new one, keep users from waiting in
-- between; only a cache that loads what it had keeps them from it after the crash.
--
-- Off: single=false  equal misses all ask
-- Off: stale=0s  who comes after an entry's end waits for the database
-- Off: warm=false  an empty cache after the crash
-- Answer: single-db.queue.max
local single = param { "single", true, doc = "whether equal misses wait for one answer" }
local stale = param { "stale", "20s", doc = "how long an entry answers after its end" }
local warm = param { "warm", true, doc = "whether the last cache comes back full" }

local function system(name, settings)
  settings.origin, settings.capacity = name .. "-db", 1000
  settings.ttl = "20s"
  client(name .. "-users") {
    arrivals = poisson "2000/s", target = name, keys = zipf { n = 1000, s = 0.8 }, timeout = "5s",
  }
  cache(name)(settings)
  database(name .. "-db") { workers = 6, read = "20ms" }
  fault { crash(name), at = "101s", lasts = "50ms" }
end
system("plain", {})
system("single", { single_flight = single })
system("stale", { single_flight = single, stale = stale })
system("warm", { single_flight = single, stale = stale, warm = warm })

goal "plain-db.queue.max > 1000"
goal "plain-users.latency.p999 > 2s"
goal "single-db.queue.max < 600"
goal "single-users.latency.p999 < 1.5s"
goal "stale-users.latency.p99 < 1ms"
goal "warm-users.latency.p999 < 1ms"
goal "warm-db.queue.max < 50"
run { duration = "200s", warmup = "50s", replications = 4 }
