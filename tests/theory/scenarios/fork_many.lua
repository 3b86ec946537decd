-- Every request needs all of n stations.
local n = param { "n", 5 }
local rate = param { "rate", "80/s" }
client "c" { arrivals = poisson(rate), target = "fork" }
service "fork" { on = { call { "s", each = true } } }
service "s" { instances = n, workers = 1, work = exponential "10ms" }
run { duration = "5000s", warmup = "200s", replications = 10 }
