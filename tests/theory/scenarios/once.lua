-- Writes and messages that are sent again after 50 ms: how often are they done, or there, twice?
local keep = param { "keep", "0s" }
client "c" { arrivals = poisson "20/s", target = "db", timeout = "50ms", mix = { write = 1 },
  retry = { attempts = 5, backoff = "0ms" } }
database "db" { write = exponential "30ms", idempotency = { keep = keep } }
client "d" { arrivals = poisson "20/s", target = "p" }
service "p" { on = { publish { "t", timeout = "50ms", retry = { attempts = 5,
  backoff = "0ms" } } } }
topic "t" { write = exponential "30ms" }
service "s" { subscribe = { "t" }, on = { work "1ms" } }
run { duration = "2000s", warmup = "10s", replications = 10 }
