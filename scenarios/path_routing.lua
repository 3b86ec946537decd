-- One address in front of two services, /api and /admin, of which the first has servers that are
-- started as it needs them: does a rush on the one touch the other, and for how long do callers
-- who remember an address go on calling a balancer that is gone?
--
-- Covers E04.
-- Both paths come to the same balancers and go on to servers of their own. Ten reports at once are
-- all that admin can do; a rush of them fills its queue and nobody else's. The rush on the API is
-- seen within 15 s, and servers are up 30 s later. There are two balancers behind one name; checks
-- find one dead after 2 of 10 s, and callers remember an address for 30 s: about 40 s in which half
-- of them find nobody, or ten minutes with a longer memory. Loads, work and the time of a start are
-- assumed.
--
-- Off: apart=false  one queue for both, and a rush of reports is everybody's
-- Off: ttl=10min  half of the callers go on calling a balancer that is gone
-- Off: grows=false  the API has two servers for four times its load
-- Answer: callers.availability
local apart = param { "apart", true, doc = "whether admin has servers of its own" }
local ttl = param { "ttl", "30s", doc = "how long an address is remembered" }
local grows = param { "grows", true, doc = "whether servers of the API are started as needed" }

client "callers" { instances = 100, arrivals = poisson "0.8/s", target = "site", timeout = "1s",
  mix = { api = 1 } }
client "staff" { instances = 20, arrivals = poisson "0.1/s", target = "site", timeout = "5s",
  mix = { admin = 1 } }
dns "site" { backends = { "front-a", "front-b" }, ttl = ttl,
  health_check = { interval = "10s", fall = 2, rise = 1 } }
for _, name in ipairs { "front-a", "front-b" } do
  load_balancer(name) { backends = apart and { "api", "admin" } or { "api" },
    algorithm = "least_connections",
    route = apart and { api = "api", admin = "admin" } or nil }
end
service "api" { instances = 2, workers = 8, queue = 40, start = "30s", drain = "10s",
  on = { api = { work(exponential "50ms") }, admin = { work(exponential "1s") } } }
service "admin" { workers = 10, queue = 20, work = exponential "1s", only_if = apart }
control "group" {
  watch = "api.utilization", target = "50%", every = "15s",
  act = grows and scale { "api", from = 2, to = 10 } or nil,
}

fault { surge { "staff", factor = 15 }, at = "4min", lasts = "4min", name = "reports" }
fault { surge { "callers", factor = 5 }, at = "12min", lasts = "8min", name = "rush" }
fault { crash "front-a", at = "30min", lasts = "5min", name = "balancer" }

goal { "callers.availability > 99.9%", during = "reports" }
goal { "staff.availability > 98%", during = "rush" }
goal { "callers.availability > 85%", during = "rush" }
goal { "callers.availability > 88%", during = "balancer" }
run { duration = "40min", warmup = "1min", replications = 10 }
