-- Fifty clients without think time, processes that do one request at a time.
local processes = param { "processes", 1 }
local law = param { "law", "constant", doc = "service law" }
local laws = { constant = "50ms", exponential = exponential "50ms" }
client "c" { arrivals = closed { users = 50, think = "0s" }, target = "s" }
service "s" { instances = 1, workers = processes, work = laws[law] }
run { duration = "500s", warmup = "10s", replications = 10 }
