-- ARC on independent Zipf keys.
client "c" { arrivals = poisson "10000/s", target = "cache", keys = zipf { n = 10000, s = 0.9 } }
cache "cache" { capacity = 500, policy = "arc", origin = "db" }
database "db" {}
run { duration = "120s", warmup = "40s", replications = 3 }
