-- Half of all tries fail: how long do the pauses between four tries make a request?
local jitter = param { "jitter", "equal" }
client "c" { arrivals = poisson "100/s", target = "s",
  retry = { attempts = 4, backoff = exponential { base = "100ms", cap = "20s", jitter = jitter } } }
service "s" { on = { fail { p = "50%" } } }
-- A budget that keeps one try: of five requests, and those until one fails, one is tried again.
client "d" { arrivals = poisson "100/s", target = "t",
  retry = { attempts = 4, backoff = "1ms", budget = { share = "20%", burst = 1 } } }
service "t" { on = { fail { p = "60%" } } }
run { duration = "500s", warmup = "5s", replications = 10 }
