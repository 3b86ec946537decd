-- One of three servers that match riders and drivers crashes, hangs, or becomes slow: which
-- detector tells soonest, and which never does, among probes of the host, probes by a request,
-- heartbeats, and alerts on errors and on latency?
--
-- Covers A15.
-- Three towns have the same services: riders ask matching, which asks for the user and reserves
-- the fare at payment. In each town another thing happens to one server of matching, once in a
-- while. A crash is refused at once, so that who asks sees it, and riders try another server: there
-- is hardly an error. A hang answers nobody. A slow server answers: a probe of its host and
-- heartbeats never notice, a probe that waits like a request does, and so do riders. Loads, work
-- and how often servers fail are assumed; probes are Kubernetes' (10 s, three failures).
--
-- Off: factor=1  nothing becomes slow, and nothing tells of it
-- Off: beat=10s  heartbeats come as rarely as probes
-- Off: deep=false  the probe by a request is one more that the host answers
-- Answer: slow-deep.detection.mean
local factor = param { "factor", 40, doc = "how much slower the slow server is" }
local beat = param { "beat", "1s", doc = "time between heartbeats" }
local deep = param { "deep", true, doc = "whether the second probe is a request" }

for _, town in ipairs { "crash", "hang", "slow" } do
  local matching, user, payment = town .. "-matching", town .. "-user", town .. "-payment"
  client(town) { arrivals = poisson "40/s", target = matching, timeout = "2s",
    retry = { attempts = 2, backoff = "50ms" } }
  service(matching) { instances = 3, workers = 8, on = {
    default = { work(exponential "20ms"), parallel { call(user), call(payment) } },
    health = { work "1ms" } } }
  service(user) { instances = 2, workers = 4, work = exponential "5ms" }
  service(payment) { instances = 2, workers = 4, work = exponential "15ms" }
  control(town .. "-shallow") { probe = matching, every = "10s", timeout = "1s", fails = 3 }
  control(town .. "-deep") { probe = matching, op = deep and "health" or nil, every = "10s",
    timeout = "1s", fails = 3 }
  control(town .. "-beats") { heartbeat = matching, every = beat, timeout = "1s",
    fails = 3 }
  control(town .. "-errors") { watch = town .. ".error_ratio", above = "5%", over = "1min",
    every = "15s", act = alert() }
  control(town .. "-latency") { watch = town .. ".p95", above = "500ms", over = "1min",
    every = "15s", act = alert() }
end

fault { crash "crash-matching[1]", mttf = "10min", mttr = "3min" }
fault { hang "hang-matching[1]", mttf = "10min", mttr = "3min" }
fault { slow { "slow-matching[1]", factor = factor }, mttf = "10min", mttr = "3min" }

goal "crash-shallow.detection.mean < 30s"
goal "hang-shallow.detection.mean < 31s"
goal "slow-shallow.suspicions == 0"
goal "slow-deep.detection.mean < 40s"
goal "crash-beats.detection.mean < 6s"
goal "hang-beats.detection.mean < 6s"
goal "slow-beats.suspicions == 0"
goal "hang-errors.detection.mean < 50s"
goal "slow-latency.detection.mean < 60s"
goal "crash-errors.false_alarms == 0"
goal "hang-errors.false_alarms == 0"
goal "slow-latency.false_alarms == 0"

run { duration = "40min", warmup = "2min", replications = 8 }
