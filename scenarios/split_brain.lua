-- The line between two sites breaks for a minute and both halves keep writing: how many writes
-- conflict, and what does it cost to let only a majority write?
--
-- Covers F12.
-- Three copies of an order book, the primary and one copy in the north, one copy in the south.
-- "halves" has a manager in the south who hears no more of the primary and makes the southern copy
-- primary: now each site has one, both acknowledge, and when the line is back what the north wrote
-- meanwhile is thrown away. "majority" elects its primary, at first one that is alone in the south,
-- and answers a write when two of three have it: the north elects another and goes on, while the
-- south fails until the line is back, and nothing conflicts. Loads, distances and the outage are
-- assumed.
--
-- Off: fence=true  the new primary shuts the old one out: the north takes no orders
-- Off: write=async  a primary that answers alone loses what it took in the smaller half
-- Answer: halves.conflicts
local fence = param { "fence", false, doc = "whether the former primary is shut out" }
local write = param { "write", "quorum", doc = "copies of majority that have an order" }

region "country" { zones = { "north", "south" } }
path { from = "north", to = "south", latency = "8ms" }
path { from = "north", to = "north", latency = "0.5ms" }
path { from = "south", to = "south", latency = "0.5ms" }

local function store(name, zones, copies)
  for _, zone in ipairs { "north", "south" } do
    client(name .. "-" .. zone) {
      arrivals = poisson "60/s",
      mix = { order = 1 },
      keys = uniform_keys { n = 5000 },
      timeout = "1s",
      zone = zone,
      target = name,
    }
  end
  copies.n = 3
  copies.zone = zones
  database(name) {
    workers = 4,
    write = exponential "2ms",
    write_ops = { "order" },
    copies = copies,
  }
end

store("halves", { "north", "north", "south" }, { write = "async", fence = fence or nil })
control "manager" {
  heartbeat = "halves",
  every = "500ms",
  timeout = "400ms",
  fails = 4,
  act = promote { "halves", takes = "1s" },
  zone = "south",
}
store("majority", { "south", "north", "north" }, { write = write, elect = { timeout = "1s" } })

fault { partition { "north", "south" }, at = "60s", lasts = "60s" }

goal "halves.conflicts > 2500"
goal "halves.conflicts < 4500"
goal "halves.lost_writes > 2500"
goal "halves-north.availability > 98%"
goal "halves-south.availability > 96%"
goal "majority.conflicts == 0"
goal "majority.lost_writes == 0"
goal "majority-north.availability > 98%"
goal "majority-south.availability < 75%"
goal "majority.behind.end < 1"

run { duration = "180s", warmup = "5s", replications = 10 }
