-- Four calls of four disks: each draws a disk, so that often one disk gets two of them.
client "users" { arrivals = poisson "10/s", target = "raid", timeout = "1s" }
service "raid" { workers = 8, on = { parallel { call { "disk", times = 4 } } } }
service "disk" { instances = 4, workers = 1, work = "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
