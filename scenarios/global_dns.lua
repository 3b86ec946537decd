-- Users of two continents, a region on each: does a name that stands for the nearest one keep them
-- fast, and how long do they go without an answer when one region fails?
--
-- Covers E07.
-- Each of 500 users in Europe asks every ten seconds, and remembers for 60 s where the name led.
-- Health checks find out after three of 30 s each, and then memories expire: 150 s at worst
-- without an answer, 100 s on average. Users in America notice nothing. Checks are those of Amazon
-- Route 53 (30 s, three failures); the rest is assumed.
--
-- Off: algorithm=round_robin  half of all requests cross the ocean
-- Off: ttl=10min  those who remember go on failing
-- Off: fall=20  nobody finds out in time
-- Answer: europeans.availability
local algorithm = param { "algorithm", "nearest" }
local ttl = param { "ttl", "60s", doc = "how long an answer is remembered" }
local fall = param { "fall", 3, doc = "failed checks after which a region is left out" }

region "europe" { zones = "eu" }
region "america" { zones = "us" }

client "europeans" { instances = 500, arrivals = poisson "0.1/s", zone = "eu", target = "shop" }
client "americans" { instances = 500, arrivals = poisson "0.1/s", zone = "us", target = "shop" }
dns "shop" { backends = { "shop-eu", "shop-us" }, algorithm = algorithm, ttl = ttl,
  health_check = { interval = "30s", fall = fall } }
service "shop-eu" { zone = "eu", work = "20ms" }
service "shop-us" { zone = "us", work = "20ms" }
path { from = "eu", to = "eu", latency = "10ms" }
path { from = "us", to = "us", latency = "10ms" }
path { from = "eu", to = "us", distance = "9000km" }

fault { crash "shop-eu", at = "310s", lasts = "5min", name = "region down" }

goal "europeans.latency.p50 < 50ms"
goal "americans.latency.max < 50ms"
goal "americans.availability == 100%"
goal "europeans.availability > 89%"
goal "shop.failovers > 0"

run { duration = "20min", warmup = "100s", replications = 10 }
