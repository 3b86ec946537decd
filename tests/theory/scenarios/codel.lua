-- One worker whose queue CoDel keeps short, under three loads.
local rate = param { "rate", "120/s" }
client "c" { arrivals = poisson(rate), target = "s" }
service "s" { workers = 1, on = { shed { when = "wait > 20ms", interval = "100ms" },
  work(exponential "10ms") } }
run { duration = "5000s", warmup = "100s", replications = 10 }
