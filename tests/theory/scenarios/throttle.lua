-- Calls fail with a given probability: how many does a throttle turn away? And of a callee that
-- takes so many a second, how many does it send for each that is taken: 1 / threshold.
local ratio = param { "ratio", "10%", doc = "probability of failure" }
local aggression = param { "aggression", 1 }
client "c" { arrivals = poisson "2000/s", target = "s",
  throttle = { aggression = aggression, most = 1, window = "50s" } }
service "s" {}
fault { error { "s", ratio = ratio }, at = "0s" }
client "d" { arrivals = poisson "2000/s", target = "t",
  throttle = { threshold = "50%", most = 1, window = "50s", counts = "all" } }
service "t" { on = { limit { "200/s", burst = 20 } } }
run { duration = "260s", warmup = "60s", replications = 4 }
