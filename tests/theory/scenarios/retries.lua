-- Each attempt fails by itself with a given probability.
local ratio = param { "ratio", "10%", doc = "probability of failure" }
client "c" { arrivals = poisson "1000/s", target = "s", retry = { attempts = 3, backoff = "1ms" } }
service "s" { }
fault { error { "s", ratio = ratio }, at = "0s" }
run { duration = "200s", warmup = "1s", replications = 10 }
