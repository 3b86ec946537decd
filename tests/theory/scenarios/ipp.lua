-- Arrivals that come and go (an interrupted Poisson process, whose gaps are hyperexponential).
local workers = param { "workers", 1 }
local queue = param { "queue", "unlimited" }
local mean = param { "mean", "10ms" }
client "c" { arrivals = mmpp { { "200/s", "40ms" }, { "0/s", "60ms" } }, target = "s" }
service "s" { workers = workers, queue = tonumber(queue) or queue, work = exponential(mean) }
run { duration = "5000s", warmup = "100s", replications = 20 }
