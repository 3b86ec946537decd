-- Browser, CDN, a cache in each application server, a cache that all of them share, and a database:
-- what share of the requests does each level keep from the next one, and how long do users wait?
--
-- Covers D02.
-- Two thousand users read articles by Zipf's law, 400 a second in all. Each browser keeps what its
-- own user has read for five minutes; the CDN, shared by all, keeps for a minute; an application
-- server keeps the hundred articles used last for ten seconds, in its own process; Redis keeps
-- 20,000 for ten minutes. What a level answers costs the levels behind it nothing, so the database
-- has what all of them miss. A level is worth what those before it do not have: what the CDN has
-- missed is hardly ever asked for again soon, so a small cache in the process finds nothing. Sizes,
-- times to live and loads are assumed.
--
-- Off: browser=1  a browser that keeps nothing but the last article
-- Off: cdn=1  the CDN keeps one article: the servers get what the browsers miss
-- Off: redis=2000  no larger than the CDN: what that has missed is not here, either
-- Answer: db.throughput
local browser = param { "browser", 50, doc = "articles that a browser keeps" }
local cdn = param { "cdn", 2000, doc = "articles that the CDN keeps" }
local redis = param { "redis", 20000, doc = "articles that the shared cache keeps" }

client "users" {
  arrivals = poisson "400/s", target = "browser", users = 2000, zone = "home",
  keys = zipf { n = 20000, s = 1.1 }, timeout = "5s",
}
path { from = "home", to = "edge", latency = "10ms" }
path { from = "edge", to = "dc", latency = "30ms" }
cache "browser" { per = "user", capacity = browser, ttl = "5min", origin = "cdn", zone = "home" }
cache "cdn" { capacity = cdn, ttl = "60s", origin = "lb", zone = "edge" }
load_balancer "lb" { backends = "app", zone = "dc", timeout = "4s" }
service "app" {
  instances = 4, workers = 8, zone = "dc", on = { default = { work "1ms", call "local" } },
}
cache "local" { per = "caller", capacity = 100, ttl = "10s", origin = "redis", zone = "dc" }
cache "redis" { capacity = redis, ttl = "10min", hit_time = "200us", origin = "db", zone = "dc" }
database "db" { workers = 4, read = exponential "10ms", zone = "dc" }

-- Each level answers a share of what it gets,
goal "browser.hit_ratio > 25%"
goal "cdn.hit_ratio > 50%"
goal "local.hit_ratio < 1%"
goal "redis.hit_ratio > 60%"
-- so that of 400 requests a second few come to the database,
goal "db.throughput < 30/s"
-- and half of the users do not wait for the data centre.
goal "users.latency.p50 < 25ms"
run { duration = "600s", warmup = "300s", replications = 4 }
