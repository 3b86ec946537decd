-- How many reads does a cache answer whose four instances a balancer chooses among at random, if
-- each hears of every write?
client "c" { arrivals = poisson "400/s", target = "lb", keys = zipf { n = 100, s = 0.8 } }
client "writers" {
  arrivals = poisson "50/s", target = "db", keys = zipf { n = 100, s = 0.8 }, mix = { write = 1 },
}
load_balancer "lb" { algorithm = "random", backends = "cache" }
cache "cache" { instances = 4, invalidate = "on_write", origin = "db" }
database "db" { read = "1us", write = "1us" }
run { duration = "150s", warmup = "20s", replications = 12 }
