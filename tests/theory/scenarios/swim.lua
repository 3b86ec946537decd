-- W43: n peers that ask each other once a second, as memberlist does in a LAN. One update is told
-- to the end before a peer crashes: how often did each tell it, how long was the peer suspected
-- before it was taken for failed, and how often did peers compare all that they know?
local n = param { "n", 10, doc = "peers" }
local sync = param { "sync", false, doc = "whether peers compare all that they know" }
client "c" { arrivals = burst { 1, at = "1s" }, target = "p", mix = { write = 1 } }
peers "p" {
  instances = n,
  gossip = { sync = sync and "1s" or nil, sync_scales = sync },
  swim = { every = "1s", suspicion = 4, start = 1 },
}
if not sync then fault { crash "p[2]", at = "10s" } end
run { duration = "60s", warmup = "0s", replications = 1 }
