-- A log that writes all that wait at once, in the time that one takes: how long does a commit take?
local rate = param { "rate", "200/s" }
local batch = param { "batch", 1000 }
client "c" { arrivals = poisson(rate), target = "s" }
service "s" { on = { work { on = "log", bytes = "1B" } } }
disk "log" { seek = "10ms", batch = batch }
run { duration = "1000s", warmup = "10s", replications = 4 }
