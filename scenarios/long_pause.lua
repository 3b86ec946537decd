-- A garbage collector goes through what all requests present hold, so its pauses grow with them:
-- does a service survive one long pause, and what prevents that it does not?
--
-- Covers I03.
-- Three services get the same 50 requests a second and do up to 80. Every 10 s or so each stands
-- still, for 50 ms and 19 ms more for each request that is there. After a minute all of them hang
-- for 40 s once. With an endless queue what came meanwhile makes the next pause so long that more
-- comes in it than is done until the one after: the service is down for good, at a load that it
-- bore well before. A short queue turns away what it could not answer in time, and a service that
-- drops what nobody waits for any more forgets the pause by itself; both are as before within
-- seconds. Loads, work and pauses are assumed.
--
-- Off: long=1ms  nothing sets it off: the same load is no trouble
-- Off: room=100000  the queue has no limit
-- Off: cancel=passed_on  what nobody waits for any more is done all the same
-- Off: per_load=0  pauses do not grow with the load
-- Answer: open.availability
local long = param { "long", "40s", doc = "the one long pause" }
local room = param { "room", 40, doc = "requests that may wait in the second service" }
local cancel = param { "cancel", "queued", doc = "what the third does about requests given up" }
local per_load = param { "per_load", 3, doc = "how much longer a pause is for each call a worker" }

local function runs_on(rest)
  local one = {
    workers = 8, work = exponential "100ms",
    pauses = { every = exponential "10s", lasts = "50ms", per_load = per_load },
  }
  for key, value in pairs(rest) do one[key] = value end
  return one
end
for _, name in ipairs { "open", "bounded", "dropping" } do
  client(name) { arrivals = poisson "50/s", target = name .. "-app", timeout = "2s" }
  fault { hang(name .. "-app"), at = "60s", lasts = long }
end
service "open-app" (runs_on {})
service "bounded-app" (runs_on { queue = room })
service "dropping-app" (runs_on { cancel = cancel })

goal "open.availability < 30%"
goal "bounded.availability > 88%"
goal "dropping.availability > 88%"
run { duration = "10min", warmup = "10s", replications = 10 }
