-- The fifth shard takes four fifths of all keys out of their places.
client "users" { arrivals = poisson "50/s", target = "db", timeout = "1s",
  keys = uniform_keys { n = 1000 } }
database "db" { instances = 5, workers = 2, read = exponential "5ms", shards = "hash" }
fault { join "db[5]", at = "50s" }
run { duration = "100s", warmup = "10s", replications = 4 }
