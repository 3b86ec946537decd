-- How many calls does a token bucket refuse, and a leaky bucket delay?
-- A token bucket of b tokens refuses who finds more than b - 1 ahead: the workload of an M/D/1
-- queue whose room is limited. A leaky bucket that lets b - 1 pass at once delays the others: the
-- workload of an M/D/1 queue.
local rate = param { "rate", "0.8/s" }
local burst = param { "burst", 5 }
local length = param { "length", "20000s" }

client "drops" { arrivals = poisson(rate), target = "policer" }
service "policer" { on = { limit { "1/s", burst = burst } } }
client "waits" { arrivals = poisson(rate), target = "shaper" }
service "shaper" {
  on = { limit { "1/s", burst = 1000000, at_once = burst - 1, algorithm = "leaky_bucket" } },
}
run { duration = length, warmup = "500s", replications = 10 }
