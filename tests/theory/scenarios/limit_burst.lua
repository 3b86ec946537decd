-- Many requests at once at a leaky bucket: some pass, some wait, the others are refused. Later
-- others come, of whom so many find room as the bucket has drained by then.
local rate = param { "rate", "10/s" }
local room = param { "burst", 20, doc = "how many may be ahead of the rate" }
local at_once = param { "at_once", 0, doc = "of them without a wait" }
local first = param { "first", 22, doc = "requests at 1 s" }
local second = param { "second", 0, doc = "requests later" }
local again = param { "again", "1.101s", doc = "when the later ones come" }
client "c" { arrivals = burst { first, at = "1s" }, target = "gate" }
client "d" { only_if = second > 0,
  arrivals = burst { math.max(second, 1), at = again }, target = "gate" }
service "gate" {
  on = { limit { rate, burst = room, at_once = at_once, algorithm = "leaky_bucket" } },
}
run { duration = "10s", warmup = "0s", replications = 1 }
