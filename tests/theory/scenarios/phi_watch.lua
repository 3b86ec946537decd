-- A member is found out by the silence since its last beat, as seen against the times between beats
-- so far (phi accrual), whatever the moment at which it crashes.
local threshold = param { "threshold", 8, doc = "phi from which it has failed" }
control "ha" { heartbeat = "s", every = "1s", timeout = "900ms", zone = "m",
  detector = phi { threshold } }
service "s" { zone = "d" }
path { from = "m", to = "d", latency = normal { mean = "250ms", sd = "60ms" } }
client "c" { arrivals = constant "1/min", target = "s" }
fault { crash "s", mttf = exponential "100s", mttr = "20s" }
run { duration = "40000s", warmup = "500s", replications = 10 }
