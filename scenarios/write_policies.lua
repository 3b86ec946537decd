-- Cache-aside, write-through, write-around and write-back: how long does a write take, how old are
-- reads, and what is lost when the cache crashes?
--
-- Covers D05.
-- The same reads and writes of a thousand keys, four times; the database takes 5 ms for a write.
-- Around and through wait for the database and lose nothing: around removes the key, so that the
-- next read asks again; through keeps what was written. A cache that is written past answers
-- with what it has until its time is over: most reads of keys that are written are stale. Back
-- answers at once and writes each key once a second, so the database has fewer writes; a crash
-- takes what was acknowledged since, here half a second of writes. Loads and times of work are
-- assumed.
--
-- Off: flush=10ms  written back a hundred times a second: next to nothing is lost
-- Off: invalidate=on_write  a cache that hears of each write answers no stale reads
-- Answer: back.lost_writes
local flush = param { "flush", "1s", doc = "how often the fourth cache writes to its database" }
local invalidate = param { "invalidate", "never", doc = "whether the second cache hears of writes" }

local function system(name, settings, writes_to)
  settings.origin, settings.capacity, settings.hit_time = name .. "-db", 1000, "200us"
  settings.ttl = "60s"
  cache(name)(settings)
  client(name .. "-readers") {
    arrivals = poisson "400/s", target = name, mix = { read = 1 },
    keys = zipf { n = 1000, s = 0.8 },
  }
  client(name .. "-writers") {
    arrivals = poisson "100/s", target = writes_to or name, mix = { write = 1 },
    keys = zipf { n = 1000, s = 0.8 },
  }
  database(name .. "-db") { workers = 8, read = "2ms", write = "5ms" }
  fault { crash(name), at = "100.5s", lasts = "1s" }
end
system("around", { write = "around" })
system("past", { invalidate = invalidate }, "past-db")
system("through", { write = "through" })
system("back", { write = back { flush = flush } })

-- What a write takes.
goal "around-writers.latency.p50 > 5ms"
goal "through-writers.latency.p50 > 5ms"
goal "back-writers.latency.p50 < 1ms"
-- What readers get.
goal "around.stale_ratio < 0.5%"
goal "through.stale_ratio < 0.1%"
goal "back.stale_ratio < 0.1%"
goal "past.stale_ratio > 20%"
-- What a crash takes.
goal "back.lost_writes > 10"
goal "back.lost_writes < 110"
run { duration = "200s", warmup = "20s", replications = 10 }
