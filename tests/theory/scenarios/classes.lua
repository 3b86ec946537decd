-- Two classes: served first by four workers (order); let in while more than half of the queue is
-- full (gate); taken for one of the other that waits (evict).
local how = param { "how", "order" }
local tiers = how == "gate"
local of = ({ order = { "32/s", 0.5 }, gate = { "90/s", 1 / 3 }, evict = { "11/s", 5 / 11 } })[how]
local shares = { hi = of[2], lo = 1 - of[2] }
client "c" { arrivals = poisson(of[1]), target = "s", users = tiers and 1000000 or nil,
  tier = tiers and shares or nil, mix = not tiers and shares or nil }
service "s" { workers = how == "order" and 4 or 1, discipline = tiers and "fifo" or "priority",
  priority = not tiers and { "hi", "lo" } or nil, queue = ({ order = "unlimited", gate = 8,
    evict = 3 })[how],
  evict = how == "evict" and "lowest" or nil,
  on = tiers and { shed { when = "queue > 50%", keep = { "hi", "lo" } },
    work(exponential "12.5ms") }
    or { work(exponential "100ms") } }
run { duration = "5000s", warmup = "50s", replications = 20 }
