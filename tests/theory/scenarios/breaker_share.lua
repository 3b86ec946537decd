-- A service of which a part of the calls fails all the time: how much of the time is its breaker
-- open?
local by = param { "by", "row",
  doc = "row: five failures in a row, then so many trials; share: half of the last 20" }
local trials = param { "trials", 1 }
client "c" { arrivals = poisson "100/s", target = "s", breaker = by == "row"
  and { failures = 5, open = "1s", trials = trials }
  or { ratio = "50%", window = 20, least = 20, open = "1s", trials = 10 } }
service "s" { on = { fail { p = by == "row" and "40%" or "35%" } } }
run { duration = "5000s", warmup = "50s", replications = 10 }
