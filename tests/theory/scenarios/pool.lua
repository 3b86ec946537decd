-- Ten places and five who wait for one; and one place that is waited for no longer than 50 ms.
client "a" { arrivals = poisson "90/s", target = "s" }
service "s" { on = { call { "x", pool = { size = 10, queue = 5 } } } }
service "x" { work = exponential "100ms" }
client "b" { arrivals = poisson "90/s", target = "t" }
service "t" { on = { call { "y", pool = { size = 1, queue = 100000, wait = "50ms" } } } }
service "y" { work = exponential "10ms" }
run { duration = "1000s", warmup = "10s", replications = 20 }
