-- Ten machines fail after 100 h on average and need 8 h with one of c repair crews.
local crews = param { "crews", 1, doc = "repair crews" }
local duration = param { "duration", "1000000h", doc = "simulated time" }
client "machines" { arrivals = closed { users = 10, think = exponential "100h" }, target = "shop" }
service "shop" { workers = crews, work = exponential "8h" }
run { duration = duration, warmup = "1000h", replications = 20 }
