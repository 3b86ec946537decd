-- A hard disk, the same disk read in order, with commits taken together, four disks as one, and an
-- SSD: how many operations a second does each do, and how long does one take?
--
-- Covers B07.
-- Eight programs ask without a pause. At random each operation waits for the head and for half a
-- turn; in order neither, and what is left is the transfer. A log that writes what has come
-- meanwhile in one go does many commits for one turn. Four disks that hold a quarter of each block
-- finish it sooner, but all four heads have to find it, so the slowest counts. On a solid-state
-- disk nothing moves, and eight channels look at the same time.
--
-- Off: seek=0ms  no head that moves
-- Off: rotate=0ms  no sector to wait for
-- Off: batch=1  each commit by itself
-- Off: channels=1  the solid-state disk looks for one after the other
-- Answer: random.throughput
local seek = param { "seek", "14ms", doc = "longest move of the head; moves are 2 ms at least" }
local rotate = param { "rotate", "8.33ms", doc = "one turn" }
local batch = param { "batch", 32, doc = "commits that are written together" }
local channels = param { "channels", 8, doc = "of the solid-state disk" }

local function hdd(name, more)
  local one = {
    seek = seek == "0ms" and "0ms" or uniform { "2ms", seek },
    rotate = rotate == "0ms" and "0ms" or uniform { "0ms", rotate },
    bandwidth = "150MB/s",
  }
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
hdd("stripe-hdd", { instances = 4 })
asks("stripe", { get = 1 }, { call { "stripe-hdd", each = true, response = "16kB" } })
disk "ssd" { access = "100us", channels = channels, bandwidth = "500MB/s" }
asks("solid", { get = 1 }, { work { on = "ssd", bytes = "4kB" } })

-- (2 + 14) / 2 + 8.33 / 2 + 64 kB / 150 MB/s = 12.6 ms.
goal "random.throughput < 85/s"
goal "scan.throughput > 2000/s"
goal "log.throughput > 250/s"
goal "stripe.latency.mean > 85ms"
goal "solid.throughput > 40000/s"
run { duration = "5s", warmup = "1s", replications = 10 }
