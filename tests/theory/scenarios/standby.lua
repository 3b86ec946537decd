-- One of two serves. When it fails the other one takes over, after an exponential time; both fail
-- and are repaired by themselves, and when both are down the first that is back serves. A failure
-- is heard of within 0.1 s, 51 ms on average.
local takes = param { "takes", "2s", doc = "mean time until the other one has taken over" }
client "c" { arrivals = poisson "1/s", target = "pg", mix = { write = 1 } }
database "pg" { copies = { n = 2, write = "async", fence = true } }
control "ha" {
  heartbeat = "pg", every = "100ms", timeout = "1ms", fails = 1,
  act = promote { "pg", takes = exponential(takes) },
}
fault { crash "pg[*]", mttf = exponential "200s", mttr = exponential "10s" }
run { duration = "250000s", warmup = "1000s", replications = 10 }
