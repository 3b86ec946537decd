-- Every request needs both stations; it is answered when the slower one is done.
local rate = param { "rate", "80/s", doc = "arrival rate" }
client "c" { arrivals = poisson(rate), target = "fork" }
service "fork" { on = { parallel { call "s1", call "s2" } } }
service "s1" { workers = 1, work = exponential "10ms" }
service "s2" { workers = 1, work = exponential "10ms" }
run { duration = "5000s", warmup = "200s", replications = 30 }
