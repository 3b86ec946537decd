-- A single-threaded store is asked for all its keys four times a second by each of several
-- services: what does that do to everybody else's reads?
--
-- Source: github.com/ovh/cds/issues/7833, and 7837 for the cure
-- KEYS looks at all 143,000 keys in one go, which takes 27 to 35 ms, and nothing else is done
-- meanwhile. Reported: the store was busy 88 % of a core at 252 operations/s; with eight such
-- loops reads of a tenth of a millisecond take about 15 ms on average. Scanning in steps of
-- 10,000 keys asks 15 times for 2 ms each at most, and others come in between.
--
-- Off: steps=15  reads no longer wait for a whole scan
-- Off: loops=1  one loop keeps it busy an eighth of the time
-- Answer: readers.latency.mean
local loops = param { "loops", 8, doc = "services that ask for all keys" }
local steps = param { "steps", 1, doc = "in how many parts they are asked for" }

client "scanners" {
  instances = loops, arrivals = closed { users = 1, think = "250ms" },
  target = "scan", mix = { scan = 1 },
}
local asks = {}
for i = 1, steps do asks[i] = call "store" end
service "scan" { on = asks }
client "readers" { arrivals = poisson "250/s", target = "store", mix = { read = 1 } }
service "store" {
  workers = 1,
  on = {
    scan = { work(uniform { "27ms" / steps, "35ms" / steps }) },
    read = { work "100us" },
  },
}

goal "store.utilization > 80%"
goal "store.utilization < 95%"
goal "readers.latency.mean > 10ms"
run { duration = "300s", warmup = "10s", replications = 4 }
