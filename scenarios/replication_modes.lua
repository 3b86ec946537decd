-- The same shop on three databases, whose primary answers an order when it has it, when one replica
-- has it too, and when both have: what does an order take, how old are reads from replicas, what
-- stops orders, and how many acknowledged ones are gone after a failover?
--
-- Covers F01.
-- A primary and two replicas in another zone, 5 ms away. "async" answers an order at once; "semi"
-- waits for one replica, but no longer than ten seconds (MySQL's semi-synchronous replication);
-- "sync" waits for both. At 40 s one replica is down for ten seconds: only "sync" stops. At 75 s
-- the primary is cut off from both, and at 80 s it dies for half a minute; a manager promotes a
-- replica. "async" has acknowledged five seconds of orders that nobody else has. The other two have
-- acknowledged none, and let their users wait meanwhile. After the failover "sync" takes no order
-- until all three are there again. Waiting makes reads from replicas newer, but not up to date: a
-- replica that has a write on its disk has not applied it yet.
--
-- Off: fall_back=2s  semi goes on alone before the primary dies, and loses what async does
-- Off: apply=4ms  replicas apply slowly: readers of all three miss a lot
-- Off: away=40ms  a replica far away: its round trip is in each order that waits
-- Off: manager=false  nobody takes over
-- Answer: async.lost_writes
local fall_back = param { "fall_back", "10s", doc = "for how long semi waits for a replica" }
local apply = param { "apply", "1ms", doc = "what an order takes of a replica" }
local away = param { "away", "5ms", doc = "one way to the replicas" }
local manager = param { "manager", true, doc = "whether somebody promotes a replica" }

region "site" { zones = { "a", "b" } }
path { from = "site", to = "site", latency = "1ms" }
path { from = "a", to = "b", latency = lognormal { mean = away, cv = 0.3 } }

local function shop(name, write)
  client(name .. "-shop") {
    arrivals = poisson "300/s",
    mix = { order = "20%", look = "80%" },
    keys = zipf { n = 2000, s = 0.9 },
    users = 500,
    target = name,
    timeout = "2s",
    zone = "a",
  }
  database(name) {
    workers = 4,
    read = exponential "2ms",
    write = exponential "4ms",
    read_ops = { "look" },
    write_ops = { "order" },
    copies = {
      n = 3, write = write, read = "any", apply = apply, fence = manager or nil,
      zone = { "a", "b", "b" },
    },
  }
  if manager then
    control(name .. "-ha") {
      heartbeat = name, every = "1s", timeout = "500ms", fails = 3, zone = "b",
      act = promote { name, takes = "5s" },
    }
  end
  fault { crash(name .. "[3]"), at = "40s", lasts = "10s" }
  fault { partition { name .. "[1]", name .. "[2]" }, at = "75s", lasts = "5s" }
  fault { partition { name .. "[1]", name .. "[3]" }, at = "75s", lasts = "5s" }
  fault { crash(name .. "[1]"), at = "80s", lasts = "30s" }
end
shop("async", "async")
shop("semi", { 1, fall_back = fall_back })
shop("sync", "all")

-- What an order takes: the primary alone, a round trip to the quicker replica, to the slower one.
goal "async-shop.op.order.latency.p50 < 12ms"
goal "semi-shop.op.order.latency.p50 > 13ms"
goal "semi-shop.op.order.latency.p50 < 17ms"
goal "sync-shop.op.order.latency.p50 > 18ms"
-- Who takes orders, and for how long after the primary's death nobody does.
goal "async-shop.op.order.availability > 94%"
goal "semi-shop.op.order.availability > 90%"
goal "semi-shop.op.order.availability < 94%"
goal "sync-shop.op.order.availability < 75%"
goal "async.recovery_time.max < 8.3s"
goal "semi.recovery_time.max < 8.3s"
goal "sync.recovery_time.mean > 30s"
-- What is gone: 5 s at 60/s.
goal "async.lost_writes > 250"
goal "async.lost_writes < 350"
goal "semi.lost_writes == 0"
goal "sync.lost_writes == 0"
-- What readers of a replica miss.
goal "async.stale_reads > 2%"
goal "semi.stale_reads < 0.6%"
goal "sync.stale_reads > 0.1%"
goal "sync.stale_reads < 0.4%"
run { duration = "160s", warmup = "5s", replications = 10 }
