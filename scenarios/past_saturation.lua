-- A server gets half again as many requests as it can do: how many are answered in time with an
-- endless queue, with a short one, by serving the newest first, and with back-pressure?
--
-- Covers C05.
-- 150/s on servers that can do 100/s; users wait for one second. Four servers:
--   endless    first come first served: soon everybody waits longer than a second, and the server
--              works for nobody
--   bounded    at most 50 wait, so at most half a second: the rest is refused at once
--   shedding   last come first served, and work whose user has given up is dropped
--   pressure   a front with 20 workers that wait for the server: its own queue of 30 is what fills
-- Goodput cannot be more than the 100/s; with bounds it is close to that. Loads and times of work
-- are assumed.
--
-- Off: bound=unlimited  the bounded queue is endless as well
-- Off: order=fifo  the oldest first: work begins when its user is about to give up
-- Off: pressure=unlimited  the front takes whatever comes and passes it on
-- Answer: bounded.goodput
local bound = param { "bound", "50", doc = "calls that may wait at `bounded`, or unlimited" }
local order = param { "order", "lifo", doc = "who is served next at `shedding`" }
local pressure = param { "pressure", "20", doc = "workers of the front, or unlimited" }

local function users(name, target)
  client(name) { arrivals = poisson "150/s", target = target, timeout = "1s" }
end
local work_time = exponential "40ms"

users("endless", "endless-server")
service "endless-server" { workers = 4, work = work_time }

users("bounded", "bounded-server")
service "bounded-server" { workers = 4, queue = tonumber(bound) or bound, work = work_time }

users("shedding", "shedding-server")
service "shedding-server" { workers = 4, discipline = order, cancel = "queued", work = work_time }

users("pressure", "pressure-front")
service "pressure-front" { workers = tonumber(pressure) or pressure,
                           queue = tonumber(pressure) and 30 or "unlimited",
                           on = { call "pressure-server" } }
service "pressure-server" { workers = 4, work = work_time }

goal "endless.goodput < 10/s"
goal "bounded.goodput > 90/s"
goal "bounded.latency.p50 < 900ms"
goal "shedding.goodput > 90/s"
goal "pressure.goodput > 90/s"

run { duration = "3min", warmup = "30s", replications = 6 }
