-- Users who give up, also when they are being served; a further try of what takes long; and tries
-- that are given up and made again.
client "c" { arrivals = poisson "90/s", target = "s", patience = exponential "200ms" }
service "s" { workers = 1, cancel = "running", work = exponential "10ms" }
client "d" { arrivals = poisson "200/s", target = "t", hedge = { after = "30ms" } }
service "t" { work = exponential "50ms" }
client "e" { arrivals = poisson "200/s", target = "u", timeout = "50ms",
  retry = { attempts = 3, backoff = "100ms" } }
service "u" { work = exponential "50ms" }
run { duration = "1000s", warmup = "20s", replications = 20 }
