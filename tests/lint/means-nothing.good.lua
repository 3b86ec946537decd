-- With two attempts there is a pause between them.
local attempts = param { "attempts", 2, doc = "tries of a request" }
client "users" { arrivals = poisson "40/s", target = "web", timeout = "1s",
  retry = { attempts = attempts, backoff = "100ms" } }
service "web" { workers = 1, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
