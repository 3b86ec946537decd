-- A shop's orders go to the primary of its database, the order history is read from three replicas
-- as well: how much do reads gain by that, what do they miss, and what do writes gain?
--
-- Covers F02.
-- 100 orders a second take 4 ms of the primary; each replica applies all of them, 1 ms each, and
-- lags by the network, that work, and the reads that it waits behind. 900 reads a second take
-- 3 ms: more than one server has. Who looks at an order right after placing it may miss it.
-- The ceiling of writes is that of one machine, however many replicas there are.
--
-- Off: read=primary  all reads go to the primary: it cannot do that many
-- Off: replicas=1  one replica: reads wait, and what is applied waits behind them
-- Off: apply=8ms  replicas have no time to apply what the primary writes
-- Answer: pg.stale_reads
local read = param { "read", "any", doc = "which copy a read goes to" }
local replicas = param { "replicas", 3, doc = "copies beside the primary" }
local apply = param { "apply", "1ms", doc = "what a write takes of a replica" }

client "shoppers" {
  arrivals = poisson "1000/s",
  mix = { order = "10%", history = "90%" },
  keys = zipf { n = 100000, s = 0.9 },
  users = 20000,
  target = "pg",
}
region "site" { zones = { "a", "b" } }
path { from = "site", to = "site", latency = "1ms" }
database "pg" {
  workers = 2,
  read = exponential "3ms",
  write = "4ms",
  read_ops = { "history" },
  write_ops = { "order" },
  copies = { n = 1 + replicas, read = read, apply = apply, zone = { "a", "b" } },
}

goal "shoppers.op.history.latency.p95 < 20ms"
goal "shoppers.op.order.latency.p95 < 20ms"
goal "shoppers.availability > 99.9%"
-- What readers miss: little, and briefly.
goal "pg.stale_reads > 0.01%"
goal "pg.stale_reads < 0.2%"
goal "pg.stale_age.mean < 20ms"
goal "pg.lag.p99 < 30ms"
-- Of each order the primary has 4 ms, with any number of replicas.
goal "pg[1].utilization > 40%"
run { duration = "60s", warmup = "5s", replications = 4 }
