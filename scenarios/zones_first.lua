-- Servers stand in three zones, and a call to another zone takes four milliseconds more. What does
-- it spare to keep calls in their zone, and who pays when one zone has lost two of its servers?
--
-- Covers E01.
-- A balancer in each zone. Without knowledge of zones two of three calls leave theirs. Where calls
-- stay as long as a server of their zone is left, that one gets a third of all, more than it can
-- do. Where as many stay as keep every server equally busy, a sixth of all
-- leave, and the servers that are left do the work of all zones. Loads and times are assumed.
--
-- Off: least=100  with fewer than a hundred servers zones do not matter: calls go everywhere
-- Off: even=last  what stays as far as the load is even stays as long as there is a server
-- Answer: even.latency.p50
local least = param { "least", 3, doc = "servers in use from which on zones matter" }
local even = param { "even", "even", doc = "when calls of the even ones leave their zone" }

region "eu" { zones = { "a", "b", "c" } }
path { from = "a", to = "b", latency = "2ms" }
path { from = "a", to = "c", latency = "2ms" }
path { from = "b", to = "c", latency = "2ms" }

local zones = { "a", "b", "c" }
local ways = {
  anywhere = false, even = { spill = even, least = least }, last = { spill = "last", least = 3 },
}
for name, way in pairs(ways) do
  client(name) { arrivals = poisson "900/s", target = name .. "-lb", timeout = "1s" }
  load_balancer(name .. "-lb") {
    instances = 3, zone = zones, backends = name .. "-web", zone_aware = way,
    health_check = { interval = "1s", timeout = "500ms" },
  }
  service(name .. "-web") {
    instances = 9, zone = zones, workers = 2, queue = 200, work = exponential "10ms",
  }
  fault { crash(name .. "-web[1]"), at = "20s" }
  fault { crash(name .. "-web[4]"), at = "20s" }
end

goal "even-lb.local > 60%"
goal "even.availability > 99%"
goal "last.availability < 95%"
goal "anywhere.latency.p50 > 11.8ms"
goal "even.latency.p50 < 11.8ms"

run { duration = "2min", warmup = "10s", replications = 4 }
