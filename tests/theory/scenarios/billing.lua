-- A function whose calls are billed in units of 100 ms.
local mean = param { "mean", "100ms", doc = "mean of what a call takes" }
local law = param { "law", "exponential", doc = "exponential or constant" }
local call = param { "call", 0.0, doc = "price of a call" }
local unit = param { "unit", 100.0, doc = "price of 100 ms" }
local rate = param { "rate", "100/s", doc = "calls" }

client "c" { arrivals = constant(rate), target = "f" }
service "f" { work = law == "constant" and mean or exponential(mean),
              price = { per_call = call, per_100ms = unit } }
run { duration = "2000s", warmup = "20s", replications = 10 }
