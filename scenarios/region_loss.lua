-- A video service runs in two regions that both serve, servers are killed at random, and then one
-- region is gone: can everybody still start a film, and what do those notice whose region it was?
--
-- Covers A16.
-- Each region has the capacity for both when it leaves the recommendations out. 100 films a second
-- are started in each. A start asks for the film's licence, on one of six servers, and for
-- recommendations, without which the page goes on after 300 ms. All the time one server in each
-- region is killed every half a minute on average and is back after 20 s. At 3 min Europe is gone
-- for 3 min. Its users' players are told of one region by a name that lives 15 s, try again for
-- a while, and are led to America, where recommendations cannot serve twice as many. At 7 min those
-- of America hang: a breaker that sees 60 % of its calls fail asks no more for 10 s, so that only
-- the first starts wait for what does not come. Times and loads are assumed.
--
-- Off: retries=1  who meets a dead server has failed
-- Off: fallback=false  a start that gets no recommendations fails
-- Off: breaker=false  each start waits 300 ms for recommendations that hang
-- Off: ttl=10min  players go on asking for a region that is gone
-- Off: checks=false  a killed server goes on getting its share
-- Answer: europeans.availability
local retries = param { "retries", 5, doc = "how often a player tries a start in all" }
local fallback = param { "fallback", true, doc = "whether pages do without recommendations" }
local breaker = param { "breaker", true, doc = "whether starts stop asking for what fails" }
local ttl = param { "ttl", "15s", doc = "how long a player remembers its region" }
local checks = param { "checks", true, doc = "whether balancers check their servers" }

region "europe" { zones = "eu" }
region "america" { zones = "us" }
path { from = "eu", to = "eu", latency = "10ms" }
path { from = "us", to = "us", latency = "10ms" }
path { from = "eu", to = "us", distance = "6000km", latency = "10ms" }

for name, zone in pairs { europeans = "eu", americans = "us" } do
  client(name) {
    instances = 100, zone = zone, arrivals = poisson "1/s", target = "video", timeout = "3s",
    retry = { attempts = retries, backoff = exponential { base = "1s", cap = "10s" } },
  }
end
dns "video" {
  backends = { "edge-eu", "edge-us" }, algorithm = "nearest", ttl = ttl,
  health_check = { interval = "5s", timeout = "1s", fall = 2 },
}
local health = checks and { interval = "1s", timeout = "500ms", fall = 1 } or nil
for _, zone in ipairs { "eu", "us" } do
  local function at(what) return what .. "-" .. zone end
  load_balancer(at "edge") { zone = zone, backends = { at "start" }, health_check = health }
  service(at "start") {
    instances = 6, zone = zone, workers = 400,
    on = {
      work "2ms",
      call { at "licence", timeout = "500ms",
        retry = { attempts = 3, backoff = "20ms", budget = "20%" } },
      call { at "recommend", timeout = "300ms", fallback = fallback and {} or nil,
        breaker = breaker and { ratio = "60%", window = 20, open = "10s" } or nil },
    },
  }
  load_balancer(at "licence") { zone = zone, backends = { at "licences" }, health_check = health }
  service(at "licences") {
    instances = 6, zone = zone, workers = 8, work = exponential "10ms",
  }
  service(at "recommend") {
    instances = 1, zone = zone, workers = 5, queue = 10, work = exponential "35ms",
  }
  fault { crash(at "start" .. "[1]"), mttf = exponential "30s", mttr = "20s" }
  fault { crash(at "licences" .. "[2]"), mttf = exponential "30s", mttr = "20s" }
end
for _, what in ipairs { "edge-eu", "start-eu", "licence-eu", "licences-eu", "recommend-eu" } do
  fault { crash(what), at = "3min", lasts = "3min", name = "region of " .. what .. " gone" }
end
fault { hang "recommend-us", at = "7min", lasts = "40s" }

goal "americans.availability > 99.9%"
goal "europeans.availability > 99.5%"
-- Of 70,000 pages one in four is without recommendations, over all of the time.
goal "start-us.fallbacks > 9000"
goal "start-us.fallbacks < 22000"
goal "europeans.latency.p50 < 200ms"
goal "americans.latency.p99 < 600ms"
goal { "americans.latency.p90 < 150ms", during = "hang recommend-us" }

run { duration = "9min", warmup = "20s", replications = 10 }
