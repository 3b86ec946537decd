-- The rate was written out again where the parameter was meant.
local _ = param { "rate", "40/s", doc = "offered load" }
client "users" { arrivals = poisson "40/s", target = "web", timeout = "1s" }
service "web" { workers = 1, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
