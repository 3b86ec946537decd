-- Orders lie in four shards with three copies each, and the primary of one dies: who notices, for
-- how long, and what is lost, against one primary for all orders, and against shards that agree
-- on each order first?
--
-- Covers F09, F03.
-- Three stores under the same load: one primary with two copies; four shards, each a primary with
-- two copies, as in MongoDB's sharded clusters; and four shards that elect their primaries
-- and answer an order when two copies have it, as CockroachDB's ranges do. A primary reaches its
-- copies no more, a second later it dies, and a control, where there is one, has another one in
-- seven to eight seconds. With one primary all orders fail for that time, and the orders of the
-- last second are lost; with four it is a quarter of either, whatever else a shard does, for the
-- others know nothing of it. Those that elect lose none, and a quarter of the calls fail for a
-- second. One primary is also busy, at two thirds while it leads, where four are at a sixth.
-- Loads, work and outages are assumed, and what promoting takes.
--
-- Off: shards=1  one primary for all: its fault is everybody's
-- Off: manager=false  nobody takes over: a quarter of the users waits until the power is back
-- Off: fails=15  the manager is patient
-- Off: cut=4  four seconds of orders are lost
-- Off: write=quorum  what no majority has is not answered: nothing is lost
-- Answer: four-users.availability
local shards = param { "shards", 4, doc = "of the stores that have several" }
local manager = param { "manager", true, doc = "whether controls promote copies" }
local fails = param { "fails", 3, doc = "beats that may be missed" }
local cut = param { "cut", 1, doc = "seconds for which the primary reaches no copy before it dies" }
local write = param { "write", "async", doc = "copies that have an order, where none is elected" }

region "site" { zones = { "a", "b", "c" } }
path { from = "site", to = "site", latency = "500us" }

-- A store of so many shards, of which the second loses its primary; one alone, its own.
local function store(name, n, how)
  client(name .. "-users") {
    arrivals = poisson "400/s",
    mix = { order = "50%", look = "50%" },
    keys = uniform_keys { n = 100000 },
    target = name,
    timeout = "1s",
  }
  how.n = 3
  how.zone = { "a", "b", "c" }
  database(name) {
    workers = 4,
    instances = n,
    shards = n > 1 and "hash" or nil,
    read = exponential "5ms",
    write = exponential "8ms",
    read_ops = { "look" },
    write_ops = { "order" },
    copies = how,
  }
  local primary = n > 1 and 4 or 1
  for copy = primary + 1, primary + 2 do
    fault {
      partition { ("%s[%d]"):format(name, primary), ("%s[%d]"):format(name, copy) },
      at = 60 - cut .. "s",
      lasts = cut .. "s",
    }
  end
  fault { crash(("%s[%d]"):format(name, primary)), at = "60s", lasts = "60s" }
end
store("one", 1, { write = write, fence = manager or nil })
store("four", shards, { write = write, fence = manager or nil })
store("agreed", shards, { elect = { heartbeat = "100ms", timeout = "1s" } })
if manager then
  for _, name in ipairs { "one", "four" } do
    control(name .. "-ha") {
      heartbeat = name,
      every = "1s",
      timeout = "500ms",
      fails = fails,
      act = promote { name, takes = "5s" },
    }
  end
end

-- Detection takes 2 to 3 s, and promotion 5 s, of 175 s: of all, or of a quarter.
goal "one-users.availability < 96.2%"
goal "one-users.availability > 95.2%"
goal "four-users.availability > 98.7%"
goal "four-users.availability < 99.1%"
goal "agreed-users.availability > 99.6%"
-- 200 orders a second are on their way to nobody, or a quarter of them.
goal "one.lost_writes > 150"
goal "one.lost_writes < 250"
goal "four.lost_writes > 30"
goal "four.lost_writes < 70"
goal "agreed.lost_writes == 0"
goal "four.promotions == 1"
goal "agreed.promotions == 1"
if shards > 1 then
  goal "four.shard.2.promotions == 1"
  goal "four.shard.2.recovery_time.max < 9s"
  goal "four.shard.1.promotions == 0"
end
goal "one[2].utilization > 35%"
goal "four[*].utilization < 25%"

run { duration = "180s", warmup = "5s", replications = 5 }
