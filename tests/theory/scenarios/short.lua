-- Replications of n requests, whose latencies are independent and exponential.
local n = param { "n", 20, doc = "requests that are measured in a replication" }
client "c" { arrivals = constant "1000/s", target = "s" }
service "s" { work = exponential "10ms" }
run { duration = string.format("%.1fms", 100 + n - 0.5), warmup = "99.5ms", replications = 1000 }
