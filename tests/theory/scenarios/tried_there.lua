-- Work on messages that fails by chance, tried again by the consumer before the topic hears of it;
-- and by one that takes nothing for a while after a failure.
client "c" { arrivals = poisson "50/s", target = "t" }
topic "t" {}
service "w" { workers = 4, on = { work "1ms", fail { p = "50%" } },
  subscribe = { "t", retry = { attempts = 4, backoff = "1ms" } } }
client "d" { arrivals = poisson "10/s", target = "u" }
topic "u" {}
service "v" { workers = 1, on = { work "1ms", fail { p = "10%" } },
  subscribe = { "u", breaker = { failures = 1, open = "500ms" } } }
run { duration = "1000s", warmup = "10s", replications = 10 }
