-- All writes meet in one row, whose lock each has for 10 ms; and all handlers in one lock.
client "c" { arrivals = poisson "80/s", target = "db", mix = { write = 1 },
  keys = uniform_keys { n = 1 } }
database "db" { row_locks = true, workers = 8, write = "10ms" }
client "d" { arrivals = poisson "40/s", target = "s" }
service "s" { on = { lock { "l", lease = "10s" }, work "10ms", unlock() } }
lock_service "l" {}
run { duration = "1000s", warmup = "10s", replications = 20 }
