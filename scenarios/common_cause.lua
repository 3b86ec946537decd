-- Three replicas fail one time in 8000 all at once if they fail independently: what is left of that
-- when they share a zone, when the survivors are overloaded, and when one is not dead but slow?
--
-- Covers G16.
-- Each replica is up for 95 % of the time, 19 min to failure and 1 min of repair: worse than in
-- reality, so that a run sees many failures. Four services, each of three replicas:
--   independent  1 - 0.05^3 = 99.9875 %
--   correlated   the zone itself is down 1 % of the time: 0.99 x 0.999875 = 98.99 %
--   cascading    80 % busy: with one replica down, the other two are 120 % busy, and users who give
--                up and ask again keep them there
--   gray         replicas become 50 times slower, and go on answering health checks
-- Loads and times of work are assumed.
--
-- Off: common=false  no zone failure: correlated is as good as independent
-- Off: load=1.2/s  two replicas can carry the load: nothing cascades
-- Off: gray=false  a replica crashes instead of being slow, and the balancer notices
-- Answer: correlated.availability
local common = param { "common", true, doc = "whether the zone fails as a whole" }
local load = param { "load", "2.4/s", doc = "load of the cascading replicas, which can do 3/s" }
local gray = param { "gray", true, doc = "whether replicas become slow instead of crashing" }

-- Three replicas behind a balancer that sends what one refuses to the next. Where users ask again
-- themselves, it does not. What takes no time needs no health checks either.
local function replicas(name, rate, seconds, what, again)
  client(name) { arrivals = poisson(rate), target = name .. "-lb", timeout = "10s",
                 retry = again and { attempts = 2, backoff = "1s" } }
  load_balancer(name .. "-lb") { backends = name .. "-web", connect_retries = again and 0 or 2,
                                 health_check = seconds ~= "0s" and { interval = "5s" } }
  service(name .. "-web") { instances = 3, zone = name .. "-zone", workers = 1, work = seconds }
  fault { what(name .. "-web[*]"), mttf = exponential "19min", mttr = exponential "1min" }
end
local function slower(target) return slow { target, factor = 50 } end

replicas("independent", "0.5/s", "0s", crash)

replicas("correlated", "0.5/s", "0s", crash)
if common then
  fault { crash "correlated-zone", mttf = exponential "49.5min", mttr = exponential "30s" }
end

replicas("cascading", load, exponential "1s", crash, true)
replicas("gray", "1.2/s", exponential "1s", gray and slower or crash)

goal "independent.availability > 99.8%"
goal "correlated.availability < 99.7%"
goal "correlated.availability > 98%"
goal "cascading.availability < 50%"
goal "gray.availability < 97%"
goal "gray-lb.ejections == 0"

run { duration = "12h", warmup = "10min", replications = 10 }
