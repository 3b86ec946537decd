-- Messages that wait for others save writes.
client "users" { arrivals = poisson "200/s", target = "web" }
service "web" { on = { publish { "orders", batch = { size = 20, linger = "20ms" } } } }
topic "orders" { write = "4ms", writers = 1 }
service "billing" { workers = 4, work = "1ms", subscribe = { "orders" } }
run { duration = "60s", warmup = "5s", replications = 4 }
