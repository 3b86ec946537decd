-- The entries of a cache end, all at once or not, somebody flushes it, and it comes back empty from
-- a crash: how much does its database have to do then, how long do users wait, and when is all as
-- before, with single-flight, with stale answers, with times to live that differ, and with a warm
-- start?
--
-- Covers D04.
-- A thousand keys, asked for 2000 times a second, are good for 20 s; the database does 300 reads a
-- second. At 71 s caches are killed and started again, and one is flushed. The plain one comes
-- back empty, every miss asks, and thousands of reads queue, most of them for the same few keys.
-- Misses that wait for one answer leave the database a read of each key, which it does within
-- seconds. Answers within 20 s after an entry's end, while one read brings a new one, keep users
-- from waiting in between; only a cache that loads what it had keeps them from it after the crash.
-- "together" and "apart" meet no fault: at 50 s a batch writes all keys through them. Their entries
-- end at the same instant then, or at times that differ by up to half of the 20 s. Loads, sizes and
-- times of work are assumed.
--
-- Off: single=false  equal misses all ask
-- Off: stale=0s  who comes after an entry's end waits for the database
-- Off: jitter=0%  what was stored together ends together
-- Off: warm=false  an empty cache after the crash
-- Answer: single-db.queue.max
local single = param { "single", true, doc = "whether equal misses wait for one answer" }
local stale = param { "stale", "20s", doc = "how long an entry answers after its end" }
local jitter = param { "jitter", "50%", doc = "how much times to live of `apart` differ" }
local warm = param { "warm", true, doc = "whether the last cache comes back full" }

local function system(name, settings, what)
  settings.origin, settings.capacity = name .. "-db", 1000
  settings.ttl = settings.ttl or "20s"
  client(name .. "-users") {
    arrivals = poisson "2000/s", target = name, keys = zipf { n = 1000, s = 0.8 }, timeout = "5s",
    mix = { read = 1 },
  }
  cache(name)(settings)
  database(name .. "-db") { workers = 6, read = "20ms", write = "10us" }
  if what == crash then fault { crash(name), at = "71s", lasts = "50ms" } end
  if what == flush then fault { flush(name), at = "71s" } end
end
system("plain", {}, crash)
system("flushed", {}, flush)
system("single", { single_flight = single }, crash)
system("stale", { single_flight = single, stale = stale }, crash)
system("warm", { single_flight = single, stale = stale, warm = warm }, crash)
for name, ttl in pairs { together = "20s", apart = { "20s", jitter = jitter } } do
  system(name, { ttl = ttl, write = "through" })
  client(name .. "-batch") {
    arrivals = burst { 10000, at = "50s" }, target = name, mix = { write = 1 },
    keys = uniform_keys { n = 1000 },
  }
end

goal "plain-db.queue.max > 1000"
goal "plain-users.latency.p999 > 2s"
goal "flushed-db.queue.max > 1000"
goal "together-users.latency.p99 > 500ms"
goal "apart-users.latency.p99 < 30ms"
goal "single-db.queue.max < 600"
goal { recovers = "single-users.goodput", within = "2s", after = "crash single" }
goal "single-users.latency.p999 < 1.5s"
goal "stale-users.latency.p98 < 1ms"
goal "warm-users.latency.p999 < 1ms"
goal "warm-db.queue.max < 50"
run { duration = "105s", warmup = "20s", replications = 3 }
