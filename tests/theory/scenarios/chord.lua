-- W50: how many peers are asked until the one that has the key?
local peers_n = param { "peers", 1024, doc = "peers on the ring" }
local ids = param { "ids", "random", doc = "even: each identifier has a peer" }
client "c" { arrivals = poisson "400/s", target = "r", keys = uniform_keys { n = 1000000 } }
peers "r" { instances = peers_n, look_up = { ids = ids } }
run { duration = "21s", warmup = "1s", replications = 10 }
