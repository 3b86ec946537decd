-- Pauses between tries with full jitter, uniform on [0, min(cap, 2^(n-1) base)): all tries fail at
-- once, so that the time of a request is the sum of its pauses.
client "c" { arrivals = poisson "1000/s", target = "s" }
service "s" { on = { call { "dead", fallback = {}, retry = { attempts = 4,
  backoff = exponential { base = "25ms", cap = "250ms", jitter = "full" } } } } }
service "dead" { on = { fail() } }
run { duration = "100s", warmup = "1s", replications = 10 }
