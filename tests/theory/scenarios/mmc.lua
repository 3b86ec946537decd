-- One station: Poisson arrivals, exponential service, c workers, a queue with or without a limit.
local rate = param { "rate", "70/s", doc = "arrival rate" }
local mean = param { "mean", "10ms", doc = "mean service time" }
local workers = param { "workers", 1, doc = "workers" }
local queue = param { "queue", "unlimited", doc = "places to wait" }
local duration = param { "duration", "5000s", doc = "simulated time" }
local warmup = param { "warmup", "100s", doc = "of it left out" }
if queue ~= "unlimited" then queue = tonumber(queue) end

client "c" { arrivals = poisson(rate), target = "s" }
service "s" { workers = workers, queue = queue, work = exponential(mean) }
run { duration = duration, warmup = warmup, replications = 30 }
