-- Two dependencies, one of which is slow, share the places of their caller or have places of their
-- own: the share of the calls refused is Erlang's loss formula, whatever the law of the times.
local slow = param { "slow", "1s", doc = "time of the slow dependency" }
client "q" { arrivals = poisson "50/s", target = "shared", mix = { quick = 1 } }
client "l" { arrivals = poisson "50/s", target = "shared", mix = { long = 1 } }
service "shared" { workers = 20, queue = 0,
  on = { quick = { call "quick" }, long = { call "long" } } }
client "sq" { arrivals = poisson "50/s", target = "split", mix = { quick = 1 } }
client "sl" { arrivals = poisson "50/s", target = "split", mix = { long = 1 } }
service "split" { on = {
  quick = { call { "quick", pool = { size = 10 } } },
  long = { call { "long", pool = { size = 10 } } },
} }
service "quick" { work = exponential "100ms" }
service "long" { work = slow }
run { duration = "2000s", warmup = "20s", replications = 10 }
