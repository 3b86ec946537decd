-- Messages that come again: work that outlasts the visibility (seen), work that fails (dead).
local how = param { "how", "seen" }
client "c" { arrivals = poisson "10/s", target = "t" }
topic "t" {}
topic "dead" { only_if = how == "dead" }
service "s" { on = how == "seen" and { work(exponential "1s") } or { work "1ms",
  fail { p = "40%" } },
  subscribe = how == "seen" and { "t", visibility = "1s", prefetch = "unlimited" }
    or { "t", deliveries = 5, dead_letter = "dead", prefetch = 100 } }
run { duration = "2000s", warmup = "50s", replications = 10 }
