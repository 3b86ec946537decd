-- Does a URL shortener answer look-ups within 100 ms at the 99th percentile, and stay available
-- when one API server and then the cache fail?
--
-- Covers A01.
-- 99 % of the requests follow a short link, 1 % make one; links are as popular as
-- Zipf's law says. A look-up asks the cache, which asks the database on a miss; while the cache is
-- down the API asks the database itself. Times of work and the outages are assumed.
--
-- Off: cache=false  every look-up is a query, and the database is loaded far beyond its goal
-- Off: servers=1  nobody is left when the API server crashes
-- Answer: users.op.follow.latency.p99
-- Try: shards=4         four database servers, each link on one of them
-- Try: faults=false     a day without failures
local rate = param { "rate", "600/s", doc = "requests; 600/s is 52 million a day" }
local servers = param { "servers", 2, doc = "API servers" }
local cache_on = param { "cache", true, doc = "whether look-ups go through the cache" }
local shards = param { "shards", 1, doc = "database servers, each with a share of the links" }
local faults = param { "faults", true, doc = "whether one API server and the cache fail in turn" }

client "users" {
  arrivals = poisson(rate),
  target = "lb",
  timeout = "1s",
  mix = { follow = 0.99, shorten = 0.01 },
  keys = zipf { n = 1000000, s = 1.0 },
  retry = { attempts = 3, backoff = exponential { base = "20ms", cap = "250ms", jitter = "full" },
            budget = "20%" },
}

load_balancer "lb" {
  algorithm = "least_connections",
  backends = "api",
  connect_retries = 1,
  health_check = { interval = "2s", timeout = "1s", fall = 3, rise = 2 },
}

-- The two ways of a look-up. Without a cache, every one is a query.
local look_up = cache_on and call { "cache", op = "read", timeout = "50ms",
                                    fallback = { call { "db", op = "read", timeout = "500ms" } } }
                or call { "db", op = "read", timeout = "500ms" }

service "api" {
  instances = servers,
  workers = 64,
  queue = 256,
  on = {
    follow = { work(exponential "2ms"), look_up },
    shorten = { work(exponential "4ms"), call { "db", op = "write", timeout = "500ms" } },
  },
}

if cache_on then
  cache "cache" { capacity = 100000, policy = "lru", ttl = "1h", origin = "db", hit_time = "500us",
                  invalidate = "on_write" } -- a link that is made again is not answered as it was
end

database "db" {
  instances = shards,
  workers = 6,
  connections = 128,
  read = lognormal { p50 = "5ms", p99 = "30ms" },
  write = lognormal { p50 = "8ms", p99 = "50ms" },
}

if faults then
  fault { crash "api[1]", at = "100s", lasts = "30s" }
  if cache_on then fault { crash "cache", at = "170s", lasts = "5s" } end
end

goal "users.op.follow.latency.p99 < 100ms"
goal "users.availability >= 99.9%"
goal "db.utilization < 50%"
if cache_on then goal "cache.hit_ratio > 60%" end

run { duration = "5m", warmup = "60s", replications = 10 }
