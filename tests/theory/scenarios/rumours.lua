-- W49: push, blind, coin: a peer that knows tells one other in each round, and stops with the
-- probability 1 / k each time. Each update is over long before the next one.
local coin = param { "coin", 0.5, doc = "1 / k" }
client "c" {
  arrivals = constant "36/h",
  target = "p",
  keys = uniform_keys { n = 1000000 },
  mix = { write = 1 },
}
peers "p" { instances = 1000, gossip = { every = "1s", fanout = 1, coin = coin } }
run { duration = "10050s", warmup = "50s", replications = 8 }
