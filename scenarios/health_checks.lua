-- One of four servers hangs, later another one crashes, and each takes 25 s to start: how much do
-- users notice with probes that restart servers, take them out of the register and give them time
-- to start, and how much without?
--
-- Covers G05.
-- A liveness probe each 5 s fails three times before a process is ended and begins again: 11 to
-- 16 s after a hang, at once after a crash, which is seen by what started the process. Callers find
-- servers in a register that knows nothing of either: a readiness probe takes out of it who failed
-- twice, and lets in again who answers. A server that starts answers no probe, and would be
-- restarted before it is up but for a start-up probe, which gives it a minute. Nobody repairs
-- anything else here: without the liveness probe both servers stay as they are. The period and
-- three failures are Kubernetes' way; loads and the time of a start are assumed.
--
-- Off: alive=false  nobody restarts a server, and two of four are gone for good
-- Off: ready=false  callers go on calling a server that hangs, is down or starts
-- Off: startup=0s  a server that starts is restarted before it is up, and never comes back
-- Answer: users.availability
local alive = param { "alive", true, doc = "whether there is a liveness probe" }
local ready = param { "ready", true, doc = "whether there is a readiness probe" }
local startup = param { "startup", "60s", doc = "time that a new process has to answer" }

client "users" { arrivals = poisson "200/s", target = "web", timeout = "1s" }
service "web" { instances = 4, workers = 4, work = exponential "20ms", start = "25s" }

if alive then
  control "alive" { probe = "web", every = "5s", timeout = "1s", fails = 3, startup = startup,
    exits = true, act = restart { "web", takes = "5s" } }
end
if ready then
  control "ready" { probe = "web", every = "5s", timeout = "1s", fails = 2,
    act = withdraw "web" }
end

fault { hang "web[2]", at = "60s" }
fault { crash "web[3]", at = "150s" }

goal "users.availability > 98%"
goal "web.uptime > 92%"
if alive then
  goal "alive.detection.max < 16.5s"
  goal "alive.recovery.max < 47s"
  goal "alive.failed_actions == 0"
  goal "alive.false_alarms == 0"
end

run { duration = "300s", warmup = "10s", replications = 10 }
