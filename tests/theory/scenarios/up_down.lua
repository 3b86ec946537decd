-- A component that fails every 1000 h and is repaired within 4 h.
local repair = param { "repair", "exponential", doc = "law of repair times" }
local laws = { exponential = exponential "4h", constant = "4h" }
client "c" { arrivals = poisson "1/h", target = "s" }
service "s" { workers = 1, work = "1s" }
fault { crash "s", mttf = exponential "1000h", mttr = laws[repair] }
run { duration = "1000000h", warmup = "1000h", replications = 30 }
