-- How soon does a film start when the CDN has its beginning, a cache its description, and
-- recommendations and logging are off the way?
--
-- Covers A12.
-- The player asks the API for the description and then the edge for the first second, 1 MB. The
-- edge is 10 ms away, the origin 40 ms, and all share the origin's 1 Gbit/s.
-- Sizes, times and the popularity of films (Zipf) are assumed.
--
-- Off: edge=false  every beginning comes from the origin, and they wait for its wire
-- Off: described=false  each description is a query of 30 ms
-- Off: aside=false  recommendations and logging are done before the answer
-- Answer: viewers.latency.p50
local edge = param { "edge", true, doc = "whether a CDN keeps the beginnings" }
local described = param { "described", true, doc = "whether descriptions are cached" }
local aside = param { "aside", true, doc = "whether the rest is done after the answer" }

client "viewers" { arrivals = poisson "100/s", target = "player", timeout = "10s",
                   keys = zipf { n = 20000, s = 1.0 } }

service "player" {
  zone = "home",
  on = { call { "api", op = "read" },
         call { edge and "edge" or "origin", op = "read", response = "1MB" } },
}

-- Neither has to do with the start of the film.
local rest = parallel { call { "recommend", timeout = "1s" }, call { "log", timeout = "1s" } }
local describe = call { described and "descriptions" or "films", op = "read" }
service "api" {
  zone = "dc", workers = 16, io = "async",
  on = aside and { work(exponential "3ms"), describe, reply(), rest }
        or { work(exponential "3ms"), describe, rest },
}
service "recommend" { zone = "dc", workers = 16, work = exponential "60ms" }
service "log" { zone = "dc", workers = 4, work = exponential "5ms" }
if described then
  cache "descriptions" { zone = "dc", capacity = 10000, ttl = "10min", hit_time = "0.5ms",
                         origin = "films" }
end
database "films" { zone = "dc", workers = 16, read = exponential "30ms" }

if edge then
  cache "edge" { zone = "edges", capacity = 5000, hit_time = "1ms", origin = "origin" }
end
service "origin" { zone = "dc-store", workers = 64, work = exponential "5ms" }

path { from = "home", to = "dc", latency = "40ms" }
if edge then
  path { from = "home", to = "edges", latency = "10ms" }
  path { from = "edges", to = "dc-store", latency = "30ms", bandwidth = "1Gbit/s" }
else
  path { from = "home", to = "dc-store", latency = "40ms", bandwidth = "1Gbit/s" }
end

goal "viewers.latency.p50 < 120ms"
goal "viewers.latency.p99 < 300ms"
goal "viewers.availability >= 99.99%"

run { duration = "200s", warmup = "80s", replications = 4 }
