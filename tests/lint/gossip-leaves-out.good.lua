-- They compare, so all hear of it.
client "c" { arrivals = poisson "5/s", target = "p", mix = { read = "90%", write = "10%" } }
peers "p" { instances = 100, gossip = { tells = 4, sync = "30s" } }
run { duration = "60s" }
