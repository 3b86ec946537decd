-- Partners fetch a shop's whole catalogue, and may do so faster at night: does that keep the
-- shop's answers quick at noon, and is the catalogue still fetched within a day?
--
-- Covers E08.
-- Shoppers and partners share one catalogue with room for 400 requests a second. By day shoppers
-- take 300 of these, and partners may have 20; from midnight to eight, when the shop takes 50,
-- partners may have 200. On average that is 80 a second, seven million requests a day. One limit
-- of 80 all day fetches as much, and leaves 20 requests a second free at noon: the queue is then
-- long. An hour of the scenario takes a minute. Loads and times of work are assumed.
--
-- Off: by_day=80/s by_night=80/s  one limit for all hours: the shop is slow by day
-- Off: by_night=20/s  as little by night as by day: the catalogue is not fetched
-- Answer: shoppers.latency.p95
local by_day = param { "by_day", "20/s", doc = "what partners may send from eight to midnight" }
local by_night = param { "by_night", "200/s", doc = "what they may send from midnight to eight" }

local function hours(night, day)
  return profile { { "0min", night }, { "8min", day }, every = "24min", steps = true }
end
client "shoppers" { arrivals = poisson(hours("50/s", "300/s")), target = "catalogue" }
client "partners" { arrivals = constant "250/s", target = "partners-api" }
service "partners-api" { on = { limit { hours(by_night, by_day), burst = 20 }, call "catalogue" } }
service "catalogue" { workers = 4, work = exponential "10ms" }

goal "shoppers.latency.p95 < 80ms"
goal "partners.throughput > 75/s"
run { duration = "24min", warmup = "0s", replications = 4 }
