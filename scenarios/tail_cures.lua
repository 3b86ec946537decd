-- One answer in a hundred takes three seconds or more: what do a timeout with an old answer
-- instead, a second request to a replica, and workers of its own for the slow path make of that,
-- and what does each cost?
--
-- Covers B03.
-- Times of an answer: p50 100 ms, p90 200 ms, p99 3 s, p99.9 8 s, joined by straight lines; F is
-- their distribution. Expected:
--   plain   p99 = 3 s
--   stale   after 500 ms an old copy is answered within 2 ms: p99 = 502 ms. That is the case for
--           1 - F(500 ms) = 9.0 % of the answers; the load is the same.
--   hedged  after 200 ms (p90) the request goes to a second replica as well, and the first answer
--           counts: P(> t) = (1 - F(t)) (1 - F(t - 200 ms)), p99 = 393 ms. 10 % more load.
--   alone   slow requests, 2 % of all, have workers of their own: the fast ones do not wait
--
-- Off: stale=false  nobody gives up: p99 3 s
-- Off: hedge=false  no second request: p99 3 s
-- Off: alone=false  fast requests wait behind slow ones
-- Answer: hedged.latency.p99
local stale = param { "stale", true, doc = "whether an old copy is answered after 500 ms" }
local hedge = param { "hedge", true, doc = "whether a second replica is asked after 200 ms" }
local alone = param { "alone", true, doc = "whether slow requests have their own workers" }

local answer = empirical { min = "20ms", p50 = "100ms", p90 = "200ms", p99 = "3s", p999 = "8s",
                           max = "12s" }

local function page(name, step)
  client(name) { arrivals = poisson "50/s", target = name .. "-page" }
  service(name .. "-page") { io = "async", on = { step } }
  service(name .. "-part") { instances = 2, work = answer }
end

page("plain", call "plain-part")

page("stale", call { "stale-part", timeout = stale and "500ms" or "never",
                     fallback = { call "copies" } })
service "copies" { work = "2ms" }

page("hedged", call { "hedged-part", hedge = hedge and { after = "200ms" } or nil })

-- 98 % take 10 ms, 2 % a second.
client "mixed" { arrivals = poisson "100/s", target = "front",
                 mix = { fast = 0.98, slow = 0.02 } }
service "front" { io = "async", on = {
  fast = { call "fast-workers" },
  slow = { call(alone and "slow-workers" or "fast-workers") },
} }
service "fast-workers" {
  workers = alone and 2 or 6,
  on = { fast = { work "10ms" }, slow = not alone and { work "1s" } or nil },
}
if alone then service "slow-workers" { workers = 4, work = "1s" } end

goal "plain.latency.p99 > 2.5s"
goal "stale.latency.p99 < 510ms"
goal "copies.arrival_rate > 4.2/s"
goal "copies.arrival_rate < 4.8/s"
goal "stale-part.arrival_rate < 51/s"
goal "hedged.latency.p99 < 600ms"
goal "hedged-part.arrival_rate > 54/s"
goal "hedged-part.arrival_rate < 56/s"
goal "mixed.op.fast.latency.p99 < 60ms"

run { duration = "520s", warmup = "20s", replications = 6 }
