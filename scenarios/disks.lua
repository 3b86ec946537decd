-- A hard disk, the same disk read in order, with commits taken together, four disks as one, an SSD,
-- and a disk on the network: how many operations a second does each do, and how long does one take?
--
-- Covers B07.
-- Eight programs ask without a pause. A head takes 5 to 10 ms, a turn until the sector is there 2
-- to 6 ms, then comes the transfer (150 MB/s). At random each operation waits for both; in order
-- for neither. A log that writes what has come meanwhile in one go does many commits for one turn.
-- Four disks that hold a quarter of each block finish it sooner, but all four heads have to find
-- it, so the slowest counts; where they hold whole blocks, each finds another one, and they do four
-- times as much. An SSD takes 0.05 to 0.15 ms, in eight channels at once. A network disk takes 10
-- to 100 ms, most of which is not the disk's, so that many operations are under way at once.
-- Bandwidths, channels and the sizes of blocks are assumed.
--
-- Off: seek=0ms  no head that moves
-- Off: rotate=0ms  no sector to wait for
-- Off: batch=1  each commit by itself
-- Off: stripes=1  one disk is no stripe
-- Off: channels=1  the SSD looks for one after the other
-- Off: far=0.1ms  a disk on the network as near as the SSD
-- Answer: random.throughput
local seek = param { "seek", "10ms", doc = "longest move of the head; half of it is the shortest" }
local rotate = param { "rotate", "6ms", doc = "longest wait for a sector; a third is the shortest" }
local batch = param { "batch", 32, doc = "commits that are written together" }
local stripes = param { "stripes", 4, doc = "disks that are one" }
local channels = param { "channels", 8, doc = "of the SSD" }
local far = param { "far", "100ms", doc = "longest time of the network disk" }

local function from(longest, share)
  return longest == "0ms" and "0ms" or uniform { longest * share, longest }
end
local function hdd(name, more)
  local one = { seek = from(seek, 1 / 2), rotate = from(rotate, 1 / 3), bandwidth = "150MB/s" }
  for key, value in pairs(more or {}) do one[key] = value end
  disk(name) (one)
end
local function asks(name, ops, steps)
  client(name) {
    arrivals = closed { users = 8, think = "0s" }, target = name .. "-program", mix = ops,
  }
  service(name .. "-program") { on = steps }
end

hdd "random-hdd"
asks("random", { get = 1 }, { work { on = "random-hdd", bytes = "64kB" } })
hdd("scan-hdd", { sequential_ops = { "scan" } })
asks("scan", { scan = 1 }, { work { on = "scan-hdd", bytes = "64kB" } })
hdd("log-hdd", { batch = batch })
asks("log", { commit = 1 }, { work { on = "log-hdd", bytes = "4kB" } })
hdd("large-hdd", { instances = stripes })
asks("large", { get = 1 },
  { call { "large-hdd", each = true, response = "16MB" * (1 / stripes) } })
hdd "whole-hdd"
asks("whole", { get = 1 }, { call { "whole-hdd", response = "16MB" } })
hdd("blocks-hdd", { instances = stripes })
asks("blocks", { get = 1 }, { work { on = "blocks-hdd", bytes = "64kB" } })
disk "ssd" { access = uniform { "50us", "150us" }, channels = channels, bandwidth = "500MB/s" }
asks("solid", { get = 1 }, { work { on = "ssd", bytes = "4kB" } })
disk "san" { access = from(far, 1 / 10), channels = 64, bandwidth = "125MB/s" }
asks("network", { get = 1 }, { work { on = "san", bytes = "4kB" } })

-- 7.5 + 4 ms + 64 kB / 150 MB/s = 11.9 ms.
goal "random.throughput > 79/s"
goal "random.throughput < 89/s"
-- 64 kB / 150 MB/s = 0.43 ms.
goal "scan.throughput > 2200/s"
goal "log.throughput > 300/s"
-- 16 MB from one disk, 118 ms, or 4 MB from each of four: 27 ms, and the slowest of four heads.
goal "whole.throughput < 9/s"
goal "large.throughput > 24/s"
goal "blocks.throughput > 230/s"
goal "solid.throughput > 60000/s"
goal "solid.latency.p99 < 200us"
-- Eight at once, 55 ms each.
goal "network.latency.mean > 50ms"
goal "network.latency.mean < 60ms"
goal "network.throughput > 130/s"
run { duration = "7s", warmup = "1s", replications = 4 }
