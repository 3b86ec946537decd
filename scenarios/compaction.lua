-- Once a minute a storage engine merges its files: how long do reads take meanwhile, and does a
-- limit on the rate of the merge keep it out of their way?
--
-- Covers I04.
-- Two engines, each with a solid-state disk of its own, serve 1000 reads a second of 4 kB. A merge
-- reads and writes 2 GB in chunks of 4 MB. Without a limit all chunks stand before the disk at
-- once, and reads behind them: for four seconds of each minute nothing else is done, so the 95th
-- percentile is above half a second. At 40 chunks a second the merge takes a third of the
-- bandwidth for 13 s, and reads hardly notice. The disk is a middling SSD; loads and the size of a
-- merge are assumed.
--
-- Off: pace=100000/s  no limit that holds anything back
-- Off: chunk=4kB  next to nothing to merge
-- Answer: paced.latency.p99
local pace = param { "pace", "40/s", doc = "chunks that the second engine lets through" }
local chunk = param { "chunk", "4MB", doc = "what a merge reads or writes at once" }

-- 500 chunks in the first second of each minute.
local merges = profile { { "0s", "500/s" }, { "1s", "0/s" }, every = "60s", steps = true }
local gates = {
  raw = {}, paced = { limit { pace, burst = 500, algorithm = "leaky_bucket" } },
}
for name, gate in pairs(gates) do
  client(name) { arrivals = poisson "1000/s", target = name .. "-engine", mix = { get = 1 } }
  client(name .. "-merge") {
    arrivals = constant(merges), target = name .. "-engine", mix = { merge = 1 },
  }
  local merge = { work { on = name .. "-ssd", bytes = chunk } }
  if #gate > 0 then table.insert(merge, 1, gate[1]) end
  service(name .. "-engine") {
    on = { get = { work "20us", work { on = name .. "-ssd", bytes = "4kB" } }, merge = merge },
  }
  disk(name .. "-ssd") { access = "100us", channels = 32, bandwidth = "500MB/s" }
end

goal "raw.latency.p95 > 500ms"
goal "paced.latency.p99 < 20ms"
goal "paced-merge.throughput > 8/s"
run { duration = "4min", warmup = "0s", replications = 10 }
