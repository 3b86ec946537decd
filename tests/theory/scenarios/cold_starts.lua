-- Calls of a function whose instances come on demand and go after `idle` without one: that of a
-- call that is rare is cold with probability e^(-rate idle), and there for (1 - e^(-rate idle)) /
-- rate of each time between two calls.
local rate = param { "rate", "6/h" }
local work = param { "work", "1us" }
local cold = param { "cold", "1us" }
local duration = param { "duration", "20000h" }
client "c" { arrivals = poisson(rate), target = "f" }
service "f" { instances = on_demand { cold = cold, idle = "600s" }, work = exponential(work) }
run { duration = duration, warmup = "1h", replications = 4 }
