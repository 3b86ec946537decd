-- A database whose log is shipped every so often, and that loses its data at any time.
local every = param { "every", "300s", doc = "from one transfer to the next" }
local takes = param { "takes", "20s", doc = "what a transfer takes" }
local rate = param { "rate", "200/s", doc = "writes" }
local duration = param { "duration", "100000s", doc = "simulated time" }
local mttf = param { "mttf", "4000s", doc = "between losses" }
client "c" { arrivals = poisson(rate), target = "db", mix = { write = 1 } }
database "db" { ship = { every = every, takes = takes } }
fault { lose "db", mttf = exponential(mttf), mttr = "1ms" }
run { duration = duration, warmup = "0s", replications = 10 }
