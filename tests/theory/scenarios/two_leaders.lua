-- Two copies that both lead, 50 ms apart, write one datum; the clock of one is ahead.
local ahead = param { "ahead", "300ms" }
client "a" { arrivals = poisson "0.5/s", target = "db", zone = "za", mix = { write = 1 },
  keys = uniform_keys { n = 1 } }
client "b" { arrivals = poisson "0.5/s", target = "db", zone = "zb", mix = { write = 1 },
  keys = uniform_keys { n = 1 } }
database "db" { copies = { n = 2, zone = { "za", "zb" }, leaders = "all" } }
path { from = "za", to = "zb", latency = "50ms" }
fault { skew { "db[2]", by = ahead }, at = "0s" }
run { duration = "20000s", warmup = "0s", replications = 20 }
