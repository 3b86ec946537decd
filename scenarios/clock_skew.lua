-- The clock of one server is four seconds ahead, and somebody sets it right: which writes are lost
-- where the last one wins, and who holds the lease of a leader meanwhile?
--
-- Covers I05.
-- "stamped" has two leaders, and of two writes the later time stamp wins: what the second leader
-- writes within four seconds after the first one is lost at once, although it was later, had seen
-- the other and was acknowledged. "leased" elects its leader, which answers reads under a lease
-- that it measures by its clock. It is cut off half a second before its clock is set back, and so
-- believes in its lease for four seconds more, while the others have elected another and take
-- writes: who still reaches the old one reads what is out of date. A leader that asks the others
-- before each read has no use for a clock. Loads, distances and the size of the skew are assumed.
--
-- Off: skew=1ns  clocks do not differ
-- Off: reads=index  no read is out of date: those at the old leader fail
-- Off: conflict=crdt  what was beaten is merged
-- Answer: stamped.lost_updates
local ahead = param { "skew", "4s", doc = "how far the clock is ahead" }
local reads = param { "reads", "lease", doc = "how a leader makes sure of a read" }
local conflict = param { "conflict", "lww", doc = "what becomes of writes in conflict" }

region "land" { zones = { "east", "west" } }
path { from = "east", to = "west", latency = "5ms" }
path { from = "east", to = "east", latency = "0.5ms" }
path { from = "west", to = "west", latency = "0.5ms" }

local function store(name, zones, copies)
  for _, zone in ipairs { "east", "west" } do
    client(name .. "-" .. zone) {
      arrivals = poisson "50/s",
      mix = { read = "60%", write = "40%" },
      keys = uniform_keys { n = 100 },
      zone = zone,
      target = name,
      timeout = "1s",
    }
  end
  copies.n = #zones
  copies.zone = zones
  database(name) { workers = 4, read = "0.5ms", write = "1ms", copies = copies }
end
store("stamped", { "east", "west" }, { leaders = "all", read = "nearest", conflict = conflict })
store("leased", { "east", "west", "west" }, { elect = { timeout = "1s", reads = reads } })

fault { skew { "stamped[1]", by = ahead }, at = "0s", lasts = "60s" }
fault { skew { "leased[1]", by = ahead }, at = "0s", lasts = "60s" }
for _, name in ipairs { "leased[1]", "leased-east" } do
  fault { partition { name, "west" }, at = "59.5s", lasts = "10s" }
end

goal "stamped.lost_updates > 400"
goal "stamped-west.availability > 99.9%"
goal "leased.lost_writes < 1"
goal "leased.stale_reads > 0.3%"

run { duration = "120s", warmup = "5s", replications = 10 }
