-- One of n servers fails, and the others get its load: is it more than they can serve?
local n = param { "n", 10, doc = "servers" }
local load = param { "load", 0.92, doc = "utilisation of each before" }

client "c" { arrivals = constant((100 * n * load) .. "/s"), target = "lb" }
load_balancer "lb" { backends = "s", algorithm = "round_robin",
                     health_check = { interval = "1s", timeout = "500ms", fall = 1, rise = 1 } }
service "s" { instances = n, workers = 1, work = "10ms" }
fault { crash "s[1]", at = "5s" }
run { duration = "70s", warmup = "10s", replications = 2 }
