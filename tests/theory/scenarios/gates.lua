-- A window for each minute; a queue of which only half may be used; a budget of retries; a relay
-- that looks every half second.
client "a" { arrivals = poisson "2/s", target = "s" }
service "s" { on = { limit { "100/min", algorithm = "fixed_window" } } }
client "b" { arrivals = poisson "120/s", target = "t" }
service "t" { workers = 1, queue = 10, on = { shed { when = "queue > 50%" },
  work(exponential "10ms") } }
client "d" { arrivals = poisson "10/s", target = "u",
  retry = { attempts = 3, backoff = "10ms", budget = "20%" } }
service "u" { on = { fail { "failed", p = "50%" } } }
client "e" { arrivals = poisson "10/s", target = "db", mix = { write = 1 } }
database "db" { write = "1ms", outbox = { topic = "news", every = "500ms", batch = 65535 } }
topic "news" {}
service "reader" { subscribe = { "news" } }
run { duration = "12000s", warmup = "600s", replications = 10 }
