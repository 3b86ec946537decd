-- Messages that wait for others and save nothing.
client "users" { arrivals = poisson "200/s", target = "web" }
service "web" { on = { publish { "orders", batch = { size = 20, linger = "20ms" } } } }
topic "orders" {}
service "billing" { workers = 4, work = "1ms", subscribe = { "orders" } }
run { duration = "60s", warmup = "5s", replications = 4 }
