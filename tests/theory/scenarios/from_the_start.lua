-- Work that begins again from the start after each crash.
client "c" { arrivals = closed { users = 1 }, target = "s",
  retry = { attempts = 60, backoff = "2001ms" } }
service "s" { workers = 1, work = "10s" }
fault { crash "s", mttf = exponential "20s", mttr = "2s" }
run { duration = "100000s", warmup = "100s", replications = 10 }
