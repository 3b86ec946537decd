-- Each request is sent to two servers at once; the first answer counts and the other one is
-- stopped.
local n = param { "n", 4, doc = "servers" }
local rate = param { "rate", "120/s" }
client "c" { arrivals = poisson(rate), target = "lb" }
load_balancer "lb" { backends = "s", algorithm = "random", hedge = { after = "0s", most = 1 } }
service "s" { instances = n, workers = 1, cancel = "running", work = exponential "10ms" }
run { duration = "500s", warmup = "20s", replications = 10 }
