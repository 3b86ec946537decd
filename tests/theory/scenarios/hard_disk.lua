-- A hard disk that seeks and turns, and four of them as a stripe that is as slow as the slowest.
client "a" { arrivals = poisson "60/s", target = "x" }
service "x" { on = { work { on = "one", bytes = "1MB" } } }
disk "one" { seek = uniform { "0ms", "8ms" }, rotate = uniform { "0ms", "8ms" },
  bandwidth = "500MB/s" }
client "b" { arrivals = poisson "0.05/s", target = "y" }
service "y" { on = { call { "four", each = true, request = "1MB" } } }
disk "four" { instances = 4, seek = uniform { "0ms", "10ms" }, bandwidth = "100MB/s" }
run { duration = "20000s", warmup = "10s", replications = 4 }
