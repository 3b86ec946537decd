-- Four servers are asked each second whether they are there, over a network that loses two messages
-- in a hundred: how soon is a dead one found, and how often is a live one taken for dead, by one
-- missed beat, by three, by an accrual detector, and by gossip or by asking each other among the
-- servers themselves?
--
-- Covers G06.
-- Each detector watches servers of its own, of which one crashes each minute or so for 20 s. Who
-- asks gives up after a second, and hears at once from a host whose server is gone. One missed
-- beat is enough for "hasty": it is first, and wrong each time that a beat or its answer is
-- lost. "patient" waits for three. "accrual" learns how long the times between beats are, lost
-- ones among them (phi of 8, as Akka's): it is slower than "hasty" and wrong a fifth as often.
-- The members of "gossip" hear of each other by way of others, so the times between beats differ
-- more, and they wait for 18 of them (Cassandra). Those of "swim" ask each other, and others to
-- ask where no answer comes, and a server that is suspected has four seconds to say that it
-- lives (memberlist).
--
-- Off: loss=0%  nothing is lost, and one missed beat is enough
-- Off: every=5s  beats are rare, and all are slow
-- Off: fails=30  three missed beats become thirty
-- Answer: patient.detection.mean
local loss = param { "loss", "2%", doc = "share of messages that the network loses" }
local every = param { "every", "1s", doc = "time between beats" }
local fails = param { "fails", 3, doc = "missed beats of `patient`" }

region "dc" { zones = { "rack", "office" } }
path { from = "rack", to = "rack", latency = exponential "1ms", loss = loss }
path { from = "rack", to = "office", latency = exponential "5ms", loss = loss }

local function watched(name)
  client(name .. "-users") { arrivals = poisson "10/s", target = name, zone = "office",
    timeout = "1s", retry = { attempts = 3, backoff = "100ms" } }
  service(name) { instances = 4, zone = "rack", work = "1ms" }
  fault { crash(name .. "[1]"), mttf = exponential "1min", mttr = "20s" }
end
for name, how in pairs {
  hasty = { fails = 1 },
  patient = { fails = fails },
  accrual = { detector = phi { 8 } },
} do
  watched("of-" .. name)
  control(name) { heartbeat = "of-" .. name, zone = "office", every = every, timeout = "1s",
    fails = how.fails, detector = how.detector }
end

client "readers" { arrivals = poisson "10/s", target = "gossip", zone = "office",
  timeout = "1s", retry = { attempts = 3, backoff = "100ms" } }
peers "gossip" { instances = 4, zone = "rack", gossip = { every = every, fanout = 2 },
  detector = phi { 8 } }
fault { crash "gossip[1]", mttf = exponential "1min", mttr = "40s" }

client "askers" { arrivals = poisson "10/s", target = "swim", zone = "office",
  timeout = "1s", retry = { attempts = 3, backoff = "100ms" } }
peers "swim" { instances = 4, zone = "rack", swim = { every = every } }
fault { crash "swim[1]", mttf = exponential "1min", mttr = "40s" }

goal "hasty.detection.mean < 2s"
goal "hasty.false_alarms > 120"
goal "patient.detection.mean < 4.5s"
goal "patient.false_alarms < 3"
goal "accrual.detection.mean < 5s"
goal "accrual.false_alarms < 70"
goal "gossip.detection.mean > 10s"
goal "gossip.false_alarms < 3"
goal "swim.detection.mean < 8s"
goal "swim.false_alarms < 3"

run { duration = "20min", warmup = "60s", replications = 8 }
