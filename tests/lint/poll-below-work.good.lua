-- The same, mended.
client "c" { arrivals = poisson "2/s", target = "q" }
topic "q" { partitions = 4 }
service "a" { instances = 4, workers = 1, work = "1s",
  subscribe = { "q", prefetch = 50, poll = "5min" } }
run { duration = "60s" }
