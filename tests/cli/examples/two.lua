-- Stands for the two.lua that commands of the manual speak of.
local rate = param { "rate", "90/s" }
client "users" { arrivals = poisson(rate), target = "web" }
service "web" { workers = 2, work = exponential "10ms" }
run { duration = "20s", warmup = "2s", replications = 4 }
