-- n servers with one worker each behind a balancer; service takes 1 s on average.
local n = param { "n", 10, doc = "servers" }
local rate = param { "rate", "9/s", doc = "arrival rate" }
local algorithm = param { "algorithm", "round_robin", doc = "how to balance" }
local choices = param { "choices", 2, doc = "for power_of_two" }
local duration = param { "duration", "20000s", doc = "simulated time" }
local warmup = param { "warmup", "1000s", doc = "of it left out" }
client "c" { arrivals = poisson(rate), target = "lb" }
load_balancer "lb" { algorithm = algorithm, choices = choices, backends = "s" }
service "s" { instances = n, workers = 1, work = exponential "1s" }
run { duration = duration, warmup = warmup, replications = 20 }
