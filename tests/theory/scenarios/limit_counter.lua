-- A window that slides by the share of the last one.
local algorithm = param { "algorithm", "sliding_counter" }
client "c" { arrivals = poisson "110/min", target = "s" }
service "s" { on = { limit { "100/min", algorithm = algorithm } } }
run { duration = "50000s", warmup = "120s", replications = 10 }
