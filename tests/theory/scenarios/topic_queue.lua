-- A topic with one group of c instances that have one worker each is a queue M/M/c.
local rate = param { "rate", "70/s" }
local servers = param { "servers", 1 }
client "c" { arrivals = poisson(rate), target = "q" }
topic "q" {}
service "w" { instances = servers, workers = 1, work = exponential "10ms", subscribe = { "q" } }
run { duration = "4000s", warmup = "100s", replications = 10 }
