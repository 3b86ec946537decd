-- A partition is one instance's: the same, mended.
client "c" { arrivals = poisson "10/s", target = "q" }
topic "q" { partitions = 12 }
service "a" { instances = 6, workers = 1, work = "50ms", subscribe = { "q" } }
run { duration = "60s" }
