-- Clients give up after 200 ms; the server does not know and works on.
local rate = param { "rate", "80/s", doc = "arrival rate" }
local discipline = param { "discipline", "fifo", doc = "who is next" }
local duration = param { "duration", "5000s", doc = "simulated time" }
local warmup = param { "warmup", "200s", doc = "of it left out" }
client "c" { arrivals = poisson(rate), target = "s", timeout = "200ms" }
service "s" { workers = 1, discipline = discipline, work = exponential "10ms" }
run { duration = duration, warmup = warmup, replications = 30 }
