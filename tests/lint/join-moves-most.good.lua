-- On a ring the fifth shard takes a fifth of all keys, and no other one moves.
client "users" { arrivals = poisson "50/s", target = "db", timeout = "1s",
  keys = uniform_keys { n = 1000 } }
database "db" {
  instances = 5, workers = 2, read = exponential "5ms", shards = consistent_hash { points = 100 },
}
fault { join "db[5]", at = "50s" }
run { duration = "100s", warmup = "10s", replications = 4 }
