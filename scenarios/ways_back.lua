-- The same order service dies every six hours or so: how long is it away, and how much of what was
-- acknowledged is gone, when a replica takes over, when it starts again from its last checkpoint,
-- when a backup is restored, and when somebody has to repair it by hand?
--
-- Covers G08.
-- "failover" has two replicas that follow without being waited for, and a manager that promotes one
-- after three missed beats: seconds, and at most what was on its way. "checkpoint" keeps its state
-- in memory, puts it aside every minute and is started again within half a minute; what came after
-- the last checkpoint is gone. "backup" does the same every four hours, and to restore it takes
-- half an hour. "repair" keeps everything on a disk that nothing happens to, and waits for a
-- person: an hour as a rule, now and then four. Nothing is lost by that, and nobody can order
-- meanwhile. How often each dies, and what restoring and repairing take, are assumed.
--
-- Off: manager=false  nobody promotes a replica
-- Off: checkpoint=10min  checkpoints are made seldom
-- Off: restore=4h  restoring takes long
-- Answer: failover.recovery_time.mean
local manager = param { "manager", true, doc = "whether somebody promotes a replica" }
local checkpoint = param { "checkpoint", "1min", doc = "from one checkpoint to the next" }
local restore = param { "restore", "30min", doc = "what restoring a backup takes" }

-- Where it is away for seconds, orders come each second, elsewhere six a minute: enough to tell.
local function orders(name, rate, more)
  client(name .. "-users") {
    arrivals = poisson(rate), target = name, mix = { write = 1 }, timeout = "5s",
  }
  local db = { workers = 8, write = exponential "5ms" }
  for key, value in pairs(more) do db[key] = value end
  database(name)(db)
end

region "site" { zones = { "hall" } }
path { from = "site", to = "site", latency = exponential "50ms" }
orders("failover", "1/s", {
  copies = { n = 3, write = "async", fence = manager or nil, zone = { "hall" } },
})
-- Each of the three dies every 18 hours: the primary every six.
fault { crash "failover[*]", mttf = exponential "18h", mttr = "10min" }
if manager then
  control "ha" {
    heartbeat = "failover",
    every = "1s",
    timeout = "500ms",
    fails = 3,
    act = promote { "failover", takes = "5s" },
    zone = "hall",
  }
end
orders("checkpoint", "0.1/s", { ship = { every = checkpoint, takes = "2s" } })
fault { lose "checkpoint", mttf = exponential "6h", mttr = "30s" }
orders("backup", "0.1/s", { ship = { every = "4h", takes = "10min" } })
fault { lose "backup", mttf = exponential "6h", mttr = restore }
orders("repair", "0.1/s", {})
fault { crash "repair", mttf = exponential "6h", mttr = lognormal { p50 = "1h", p99 = "4h" } }

if manager then goal "failover.recovery_time.mean < 11s" end
goal "failover-users.availability > 99.9%"
goal "failover.lost_writes < 10"
goal "checkpoint-users.availability > 99.7%"
goal "checkpoint.recovery_point.mean < 62s"
goal "checkpoint.lost_writes > 3"
goal "backup-users.availability > 82%"
goal "backup.recovery_point.mean > 1h"
goal "backup.lost_writes > 200"
goal "repair-users.availability < 94%"
goal "repair-users.availability > 65%"
run { duration = "36h", warmup = "1h", replications = 10 }
