-- The switch of a rack dies, and two seconds later its power: how long does a shop's database take
-- no orders, and how many acknowledged orders are gone?
--
-- Covers F03.
-- A primary streams what it writes to two replicas in another rack, and answers without waiting for
-- them. A failover manager there hears each of the three once a second; after three missed beats it
-- promotes the replica that has most, which takes five seconds. So orders fail for 7 to 8 seconds:
-- what finding out takes, and the promotion. What the primary acknowledged in the two seconds in
-- which it reached nobody is lost: 2 s times 50/s. What was on its way when it died is not. When it
-- is back it follows the new primary, and throws away what that does not have. Loads, work and
-- outages are assumed, and what promoting takes.
--
-- Off: write=quorum  nothing is lost, and orders fail two seconds longer
-- Off: manager=false  nobody takes over: orders fail until the power is back
-- Off: fails=15  the manager is patient
-- Off: takes=30s  promoting takes long
-- Answer: pg.recovery_time.mean
local write = param { "write", "async", doc = "copies that have an order when it is answered" }
local manager = param { "manager", true, doc = "whether there is a failover manager" }
local fails = param { "fails", 3, doc = "beats that may be missed" }
local takes = param { "takes", "5s", doc = "what promoting takes" }

region "site" { zones = { "rack1", "rack2" } }
path { from = "site", to = "site", latency = "1ms" }
client "shop" {
  arrivals = poisson "200/s",
  mix = { order = "25%", look = "75%" },
  keys = uniform_keys { n = 100000 },
  target = "pg",
}
database "pg" {
  workers = 4,
  read = exponential "2ms",
  write = exponential "4ms",
  read_ops = { "look" },
  write_ops = { "order" },
  copies = { n = 3, write = write, fence = manager or nil, zone = { "rack1", "rack2", "rack2" } },
}
if manager then
  control "ha" {
    heartbeat = "pg",
    every = "1s",
    timeout = "500ms",
    fails = fails,
    act = promote { "pg", takes = takes },
    zone = "rack2",
  }
end

fault { partition { "pg[1]", "pg[2]" }, at = "58s", lasts = "2s" }
fault { partition { "pg[1]", "pg[3]" }, at = "58s", lasts = "2s" }
fault { crash "pg[1]", at = "60s", lasts = "60s" }

goal "shop.availability > 95%"
if manager then
  goal "ha.false_alarms == 0"
  goal "pg.promotions == 1"
  -- Detection 2 to 3 s, promotion 5 s, and the first order after it.
  goal "pg.recovery_time.max < 8.3s"
  goal "pg.recovery_time.mean > 7s"
  -- 2 s before the crash is where the new primary's knowledge ends.
  goal "pg.recovery_point.max < 2.1s"
end
goal "pg.lost_writes > 70"
goal "pg.lost_writes < 130"
goal "pg.two_primaries == 0"

run { duration = "180s", warmup = "5s", replications = 10 }
