-- Five hundred messages at 1 s each are more than 5 minutes.
client "c" { arrivals = poisson "2/s", target = "q" }
topic "q" { partitions = 4 }
service "a" { instances = 4, workers = 1, work = "1s",
  subscribe = { "q", prefetch = 500, poll = "5min" } }
run { duration = "60s" }
