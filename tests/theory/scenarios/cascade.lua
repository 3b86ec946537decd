-- W71: one of n servers fails, and each of the others gets more than it can serve. Its queue grows
-- until the process has no memory left and is killed, as with 133 calls of 1 MB after 60 s of 2.2/s
-- too many; then the next ones get even more.
local n = param { "n", 10, doc = "servers" }
local load = param { "load", 0.92, doc = "utilisation of each before" }

client "c" { arrivals = constant((100 * n * load) .. "/s"), target = "lb" }
load_balancer "lb" { backends = "s", algorithm = "round_robin",
                     health_check = { interval = "100ms", timeout = "50ms", fall = 1, rise = 1 } }
service "s" { instances = n, workers = 1, work = "10ms",
              memory = { request = "1MB", limit = "133MB", restart = "1h" } }
fault { crash "s[1]", at = "10s" }
run { duration = "210s", warmup = "10s", replications = 2 }
