-- A log of two partitions with one consumer each is two queues M/M/1 of half the rate.
client "c" { arrivals = poisson "140/s", target = "web", keys = uniform_keys { n = 1000000 } }
service "web" { on = { publish { "q", key = true } } }
topic "q" { partitions = 2 }
service "w" { instances = 2, workers = 1, work = exponential "10ms", subscribe = { "q" } }
run { duration = "4000s", warmup = "100s", replications = 10 }
