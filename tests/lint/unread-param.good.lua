-- The parameter is the rate.
local rate = param { "rate", "40/s", doc = "offered load" }
client "users" { arrivals = poisson(rate), target = "web", timeout = "1s" }
service "web" { workers = 1, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
