-- Requests that come in crowds whose sizes vary, to a worker of any of two laws.
local law = param { "law", "exponential" }
client "c" { arrivals = bursts { "10/s", size = geometric(4) }, target = "s" }
service "s" { workers = 1, work = law == "exponential" and exponential "10ms" or "10ms" }
run { duration = "5000s", warmup = "100s", replications = 20 }
