-- Readers on three continents, and the pages in one place: what do copies near the readers spare
-- them, what does a shield before the origin spare that, and who still reads when it is down?
--
-- Covers D02.
-- Each place keeps 2000 of 20,000 pages for a minute, and what has ended for an hour more while the
-- origin does not answer. Without the shield each place asks the origin by itself. When the origin
-- is down, readers get all that their place or the shield has. Loads, sizes and times to live are
-- assumed; distances are those of cables between continents.
--
-- Off: shield=false  each place asks the origin for what another one has asked for already
-- Off: stale=0s  what has ended is no answer: fewer read while the origin is down
-- Answer: web.throughput
local shield = param { "shield", true, doc = "whether the places ask a shield" }
local stale = param { "stale", "1h", doc = "for how long what has ended is an answer" }

local places = { europe = "20ms", america = "90ms", asia = "140ms" }
region "world" { zones = { "europe", "america", "asia", "dc" } }
for place, latency in pairs(places) do
  client("readers-" .. place) {
    zone = place, arrivals = poisson "100/s", target = "cdn", timeout = "5s",
    keys = zipf { n = 20000, s = 0.9 },
  }
  path { from = place, to = "dc", latency = latency }
end
path { from = "europe", to = "america", latency = "45ms" }
path { from = "europe", to = "asia", latency = "80ms" }
path { from = "america", to = "asia", latency = "70ms" }

cdn "cdn" {
  places = { "europe", "america", "asia" }, origin = "web", capacity = 2000, ttl = "1min",
  stale = stale, request = "0.1ms", workers = 4, timeout = "2s",
  shield = shield and { zone = "dc", capacity = 8000, ttl = "1min" } or false,
}
service "web" { zone = "dc", instances = 2, workers = 16, work = exponential "20ms" }
fault { crash "web[*]", at = "5min", lasts = "3min" }

goal "web.throughput < 70/s"
goal "readers-asia.latency.p50 < 5ms"
goal { "readers-europe.availability > 50%", during = "crash web[*]" }

run { duration = "10min", warmup = "2min", replications = 4 }
