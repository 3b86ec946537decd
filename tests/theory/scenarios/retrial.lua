-- Callers who find the only worker busy come again after an even time from 0 to 40 ms.
client "c" { arrivals = poisson "60/s", target = "s", retry = { attempts = 60,
  backoff = exponential { base = "40ms", cap = "40ms", jitter = "full" } } }
service "s" { workers = 1, queue = 0, work = exponential "10ms" }
run { duration = "5000s", warmup = "100s", replications = 10 }
