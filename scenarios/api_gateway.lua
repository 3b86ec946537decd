-- Three services behind an API gateway that checks tokens, limits, caches and changes answers: what
-- does the hop cost, what does it spare, and what is left of everybody's availability when the one
-- gateway crashes, and when one of two does?
--
-- Covers E06.
-- Apps call the gateway over 1 ms of network, and the gateway the services over another 1 ms. The
-- same apps of `direct` call the services themselves. A gateway crashes for 30 s of five minutes.
-- Loads, times of work and the outage are assumed.
--
-- Off: gateways=1  the gateway is a single point of failure for all services
-- Off: caching=false  the catalogue gets every question
-- Off: limited=false  one app that asks too much is answered
-- Off: checked=false  who has no token is answered
-- Answer: apps.availability
local gateways = param { "gateways", 2, doc = "instances of the gateway" }
local caching = param { "caching", true, doc = "whether the catalogue's answers are kept" }
local limited = param { "limited", true, doc = "whether each app has a limit" }
local checked = param { "checked", true, doc = "whether tokens are checked" }

local mix = { goods = 0.8, orders = 0.2 }
client "apps" { arrivals = poisson "200/s", target = "lb", users = 1000, mix = mix,
  keys = zipf { n = 1000, s = 1 }, timeout = "1s" }
client "greedy" { arrivals = poisson "100/s", target = "lb", users = 1, mix = { goods = 1 },
  keys = zipf { n = 1000, s = 1 }, timeout = "1s" }
client "strangers" { arrivals = poisson "20/s", target = "lb", users = 1000,
  mix = { secret = 1 }, timeout = "1s" }
client "direct" { arrivals = poisson "50/s", target = "orders", mix = { orders = 1 } }

load_balancer "lb" {
  backends = "gateway", health_check = { interval = "2s", timeout = "1s", fall = 2 },
}
api_gateway "gateway" {
  instances = gateways, workers = 2, request = "0.2ms", transform = "0.1ms",
  route = { goods = "catalogue", orders = "orders", secret = "orders" },
  limit = limited and { rate = "10/s", burst = 20, per = "user" },
  auth = { check = checked and "tokens" or nil, op = "check", timeout = "50ms",
    of = { "secret" } },
  cache = caching and { of = { "goods" }, capacity = 500, ttl = "60s" },
}
service "tokens" { only_if = checked, on = { fail "denied" } } -- strangers have no good one
service "catalogue" { workers = 4, work = exponential "10ms" }
service "orders" { workers = 8, work = "10ms" }
for _, who in ipairs { "apps", "greedy", "strangers" } do
  path { from = who, to = "lb", latency = "1ms" }
end
path { from = "gateway", to = "orders", latency = "1ms" }
path { from = "direct", to = "orders", latency = "1ms" }

fault { crash "gateway[1]", at = "2min", lasts = "30s" }

goal "apps.availability > 99%"
goal "apps.op.orders.latency.p50 < 14.5ms"
goal "direct.latency.p50 < 12.5ms"
goal "catalogue.arrival_rate < 100/s"
goal "greedy.availability < 30%"
goal "strangers.availability < 1%"

run { duration = "330s", warmup = "30s", replications = 4 }
