-- A stripe: each disk once.
client "users" { arrivals = poisson "10/s", target = "raid", timeout = "1s" }
service "raid" { workers = 8, on = { call { "disk", each = true } } }
service "disk" { instances = 4, workers = 1, work = "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
