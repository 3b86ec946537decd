-- Clients try again after 1 s without an answer; the server stalls for ten seconds. Does it
-- recover?
local rate = param { "rate", "40/s", doc = "new requests" }
local attempts = param { "attempts", 2, doc = "tries in all" }
client "c" { arrivals = poisson(rate), target = "s", timeout = "1s",
  retry = { attempts = attempts, backoff = "0ms" } }
service "s" { workers = 1, work = exponential "10ms" }
fault { hang "s", at = "100s", lasts = "10s" }
run { duration = "600s", warmup = "300s", replications = 20 }
