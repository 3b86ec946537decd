-- One request asks n servers at once and goes on when `need` have answered. Nobody queues.
local n = param { "n", 10, doc = "servers asked" }
local need = param { "need", 10, doc = "answers waited for" }
client "c" { arrivals = poisson "1000/s", target = "fork" }
service "fork" { on = { parallel { call { "leaf", times = n }, need = need } } }
service "leaf" { work = exponential "1s" }
run { duration = "200s", warmup = "40s", replications = 30 }
