-- A database loses its disk, and what is left is what had been shipped to another place: how many
-- orders are lost with a backup every night, with the log shipped every five minutes, and with one
-- shipped every second?
--
-- Covers F08.
-- Two orders a second for three days; the disk dies at some time, about every six hours. The
-- backup of a day takes half an hour until it is there, a part of the log 20 s. Lost is what was
-- acknowledged since the last transfer that has arrived began: on average half an interval and the
-- time of a transfer, at most a whole one. How long the database is down does not depend on it: it
-- is what it takes to restore, here half an hour. Loads and times of transfer are assumed, and half
-- an hour to restore.
--
-- Off: every=6h  the log is shipped four times a day
-- Off: takes=30min  a slow line: what is on its way is lost as well
-- Answer: log.recovery_point.mean
local every = param { "every", "5min", doc = "from one shipment of the log to the next" }
local takes = param { "takes", "20s", doc = "until a part of the log is there" }

local function shop(name, ship)
  client(name .. "-users") {
    arrivals = poisson "2/s", target = name, mix = { write = 1 }, timeout = "5s",
  }
  database(name) { workers = 8, write = exponential "5ms", ship = ship }
  fault { lose(name), mttf = exponential "6h", mttr = "30min" }
end
shop("nightly", { every = "24h", takes = "30min" })
shop("log", { every = every, takes = takes })
shop("stream", { every = "1s", takes = "50ms" })

goal "nightly.recovery_point.mean > 1h"
goal "log.recovery_point.mean < 5min"
goal "log.recovery_point.max < 321s"
goal "log.lost_writes > 50"
goal "stream.recovery_point.max < 1.06s"
goal "stream.lost_writes < 100"
run { duration = "72h", warmup = "1h", replications = 10 }
