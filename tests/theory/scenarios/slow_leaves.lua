-- One request asks n servers, each of which is slow now and then: how many requests meet one?
local n = param { "n", 100 }
local p = param { "p", 0.01, doc = "share of slow answers" }
client "c" { arrivals = poisson "100/s", target = "root" }
service "root" { on = { parallel { call { "leaf", times = n } } } }
service "leaf" { work = mixture { { 1 - p, "1ms" }, { p, "1s" } } }
goal "c.within.10ms >= 0%"
local length = param { "length", "50s" }
run { duration = length, warmup = "2s", replications = 10 }
