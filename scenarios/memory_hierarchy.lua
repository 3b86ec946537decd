-- How fast is a store whose data lie in the processor's caches, in memory, on an SSD and on a disk,
-- for hot and for cold data?
--
-- Covers B06.
-- Each level keeps the records that were used last and asks the next one on a miss. A look-up takes
-- L1 1 ns, L2 10 ns, L3 30 ns, RAM 100 ns, SSD 100 us, HDD 10 ms, and what was tried on the way.
-- Records of 1 kB: L1 32, L2 256, L3 4096 of them; memory and SSD are scaled down with the data.
--   hot   500 records by Zipf's law: the third level holds them all, so none takes more than
--         1 + 10 + 30 ns once it was read
--   cold  40,000 records, all alike: memory holds a quarter, the SSD a half. Half of the reads go
--         to the disk, three quarters through the SSD: 0.5 x 10 ms + 0.75 x 100 us = 5.08 ms
--
-- Off: memory=4000  hardly more memory than L3: nine of ten cold reads leave it
-- Off: ssd=5  no SSD to speak of: three of four cold reads go to the disk
-- Off: l3=10  nothing but L1 and L2 for hot data
-- Answer: cold.latency.mean
local memory = param { "memory", 10000, doc = "records that memory holds" }
local ssd = param { "ssd", 20000, doc = "records that the SSD holds" }
local l3 = param { "l3", 4096, doc = "records that L3 holds" }

local function store(name, keys)
  client(name) { arrivals = constant "20/s", target = "L1-" .. name, keys = keys }
  local levels = {
    { "L1", 32, "1ns" }, { "L2", 256, "10ns" }, { "L3", l3, "30ns" }, { "RAM", memory, "100ns" },
    { "SSD", ssd, "100us" }, { "HDD" },
  }
  for i = 1, 5 do
    local level, capacity, time = table.unpack(levels[i])
    cache(level .. "-" .. name) { capacity = capacity, hit_time = time,
                                  origin = levels[i + 1][1] .. "-" .. name }
  end
  database("HDD-" .. name) { read = "10ms" }
end
store("hot", zipf { n = 500, s = 1.0 })
store("cold", uniform_keys { n = 40000 })

goal "hot.latency.mean < 30ns"
goal "hot.latency.p999 < 42ns"
goal "L1-hot.hit_ratio > 30%"
goal "cold.latency.mean > 4.9ms"
goal "cold.latency.mean < 5.25ms"
goal "cold.latency.p99 > 10ms"
goal "RAM-cold.hit_ratio > 12%"

run { duration = "7500s", warmup = "2500s", replications = 4 }
