-- An update that each peer tells some others in each round: after how many do all know it?
local peers_n = param { "peers", 64 }
local fanout = param { "fanout", 3 }
client "c" { arrivals = poisson "0.05/s", target = "p", mix = { write = 1 },
  keys = uniform_keys { n = 100000 } }
peers "p" { instances = peers_n, gossip = { every = "1s", fanout = fanout, tells = 40,
  stagger = false } }
run { duration = "2000s", warmup = "5s", replications = 10 }
