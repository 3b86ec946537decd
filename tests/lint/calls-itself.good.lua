-- The inner calls have a pool of their own.
client "users" { arrivals = poisson "10/s", target = "pool", timeout = "1s" }
service "pool" { workers = 4, on = { work "1ms", call "inner" } }
service "inner" { workers = 4, work = "1ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
