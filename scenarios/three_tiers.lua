-- Browser with CDN, API, PostgreSQL: how much of the time does each tier take, and must all tiers
-- grow, or one, to carry twice the load?
--
-- Covers A07.
-- The CDN keeps 5000 of 20,000 pages. An API server does 2 cores / 18 ms = 111/s, the database
-- 8 / 7.5 ms = 1070/s. Three shops: `small` with 400 views/s and two API servers; `large` with
-- twice the views and twice the API servers, nothing else; `wrong` with twice the views and twice
-- the database instead.
--
-- Off: cdn=false  every view reaches the API, which cannot do it
-- Off: api=2  the API does not grow: it saturates
-- Off: db_workers=2  a smaller database: now it is that tier which is full
-- Answer: large.latency.p99
local cdn = param { "cdn", true, doc = "whether a CDN keeps pages" }
local api = param { "api", 4, doc = "API servers of the large shop" }
local db_workers = param { "db_workers", 8, doc = "workers of the database" }

local function shop(name, rate, servers, workers)
  local s = "-" .. name
  client(name) {
    arrivals = poisson(rate), target = (cdn and "cdn" or "api") .. s, zone = "home" .. s,
    timeout = "5s", keys = zipf { n = 20000, s = 0.9 },
  }
  if cdn then
    cache("cdn" .. s) { zone = "edge" .. s, capacity = 5000, ttl = "10min", origin = "api" .. s,
                        hit_time = "1ms" }
    path { from = "home" .. s, to = "edge" .. s, latency = "10ms" }
    path { from = "edge" .. s, to = "dc" .. s, latency = "30ms" }
  else
    path { from = "home" .. s, to = "dc" .. s, latency = "40ms" }
  end
  service("api" .. s) {
    zone = "dc" .. s, instances = servers, workers = 2, queue = 200, io = "async",
    on = { work(exponential "18ms"), call { "db" .. s, op = "read" } },
  }
  database("db" .. s) { zone = "dc" .. s, workers = workers, connections = 200,
                        read = lognormal { p50 = "5ms", p99 = "40ms" } }
end
shop("small", "400/s", 2, db_workers)
shop("large", "800/s", api, db_workers)
shop("wrong", "800/s", 2, 2 * db_workers)

-- What a view takes in each tier: 21 ms to the CDN and back; for the quarter that misses, 60 ms of
-- network, the API's work and waiting, the query.
if cdn then goal "cdn-small.hit_ratio > 60%" end
goal "small.latency.p50 < 22ms"
goal "api-small.service.mean < 19ms"
goal "db-small.service.mean < 8ms"
goal "db-small.wait.mean < 0.1ms"
goal "small.latency.p99 < 250ms"
-- Averaged over all views, most of which end at the CDN, of 46 ms:
if cdn then goal "small.part.cdn-small < 1.1ms" end
goal "small.part.api-small > 3.5ms"
goal "small.part.api-small < 9.5ms"
goal "small.part.db-small < 5ms"
goal "small.latency.mean > 40ms" -- the rest is the way
-- Twice the load.
goal "large.availability >= 99.99%"
goal "large.latency.p99 < 250ms"
goal "wrong.latency.p99 > 800ms"
-- Which tier it is that had to grow.
goal "wrong.part.api-wrong > 100ms"
goal "wrong.part.db-wrong < 5ms"

run { duration = "100s", warmup = "40s", replications = 4 }
