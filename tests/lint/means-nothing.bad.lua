-- With one attempt, as here, the pause before a further one is never made.
local attempts = param { "attempts", 1, doc = "tries of a request" }
client "users" { arrivals = poisson "40/s", target = "web", timeout = "1s",
  retry = { attempts = attempts, backoff = "100ms" } }
service "web" { workers = 1, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
