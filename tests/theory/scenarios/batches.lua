-- Requests come in batches: M^X/M/1.
local size = param { "size", "geometric" }
local laws = {
  geometric = bursts { "14/s", size = geometric(5) },
  fixed = bursts { "7/s", size = 10 },
}
client "c" { arrivals = laws[size], target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
run { duration = "10000s", warmup = "200s", replications = 20 }
