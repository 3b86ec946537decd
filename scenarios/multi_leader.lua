-- A document is edited in three regions, each with a leader of its own: how many edits are lost
-- when the last write wins, how many are merged otherwise, and when do all regions agree?
--
-- Covers F04.
-- Everybody writes to the nearest leader, which answers at once and tells the others. An edit that
-- was made before one from another region had arrived knows nothing of that. "wins" keeps the later
-- of both, and the earlier one, although acknowledged, is gone; "merges" keeps both, by what they
-- are (a CRDT), and "asks" leaves both to the application, which merges them when it reads. The
-- regions agree after the time of a message; while one is cut off for a minute, after that. "one"
-- has a single primary: nothing is lost, and the other regions wait for an ocean with each edit.
-- Loads are assumed; distances are those between continents.
--
-- Off: conflict=lww  nothing is merged: what was lost before is lost here as well
-- Off: asks=lww  the application is not asked
-- Off: cut=false  edits conflict only within the time of a message
-- Answer: wins.lost_updates
local conflict = param { "conflict", "crdt", doc = "what the merging store does with conflicts" }
local asks = param { "asks", "merge", doc = "what the store with a merging application does" }
local cut = param { "cut", true, doc = "whether a region is cut off for a minute" }

region "eu" { zones = "eu-1" }
region "us" { zones = "us-1" }
region "asia" { zones = "asia-1" }
path { from = "eu", to = "us", latency = "45ms" }
path { from = "eu", to = "asia", latency = "80ms" }
path { from = "us", to = "asia", latency = "60ms" }

local function store(name, copies)
  for _, zone in ipairs { "eu-1", "us-1", "asia-1" } do
    client(name .. "-" .. zone) {
      arrivals = poisson "40/s",
      mix = { view = "75%", edit = "25%" },
      keys = uniform_keys { n = 300 },
      zone = zone,
      target = name,
    }
  end
  copies.n = 3
  copies.zone = { "eu-1", "us-1", "asia-1" }
  database(name) {
    workers = 4,
    read = exponential "1ms",
    write = exponential "2ms",
    read_ops = { "view" },
    write_ops = { "edit" },
    copies = copies,
  }
end
store("wins", { leaders = "all", read = "nearest" })
store("merges", { leaders = "all", read = "nearest", conflict = conflict })
store("asks", { leaders = "all", read = "nearest", conflict = asks })
store("one", { read = "nearest", write = "async" })

if cut then
  for _, name in ipairs { "wins", "merges", "asks" } do
    fault { partition { name .. "[1]", name .. "[3]" }, at = "60s", lasts = "60s" }
    fault { partition { name .. "[2]", name .. "[3]" }, at = "60s", lasts = "60s" }
  end
end

goal "wins.lost_updates > 500"
goal "merges.lost_updates < 1"
goal "merges.merged > 500"
goal "asks.lost_updates < 1"
goal "asks.merged > 500"
goal "wins-asia-1.availability == 100%"
goal "wins-asia-1.op.edit.latency.p99 < 30ms"
goal "one-asia-1.op.edit.latency.p50 > 150ms"
goal "merges.behind.end < 5"
goal "merges.lag.p50 < 0.1s"
goal "merges.lag.max > 55s"
goal "merges.lag.max < 70s"

run { duration = "180s", warmup = "5s", replications = 8 }
