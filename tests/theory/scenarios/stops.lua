-- A worker that stands still now and then, as while garbage is collected, and a worker whose speed
-- changes with what is around it.
local lasts = param { "lasts", "constant" }
client "c" { arrivals = poisson "60/s", target = "s" }
service "s" { workers = 1, work = lasts == "constant" and exponential "10ms" or "10ms",
  pauses = { every = exponential "2s",
    lasts = lasts == "constant" and "200ms" or exponential "200ms" } }
client "d" { arrivals = poisson "40/s", target = "t" }
service "t" { workers = 1, work = exponential "10ms" }
fault { slow { "t", factor = 4 }, mttf = exponential "2s", mttr = exponential "1s" }
run { duration = "10000s", warmup = "100s", replications = 20 }
