-- Keys are divided among one shard: the same, mended.
client "c" { arrivals = poisson "10/s", target = "pg", mix = { read = "50%", write = "50%" },
  keys = uniform_keys { n = 1000 } }
database "pg" { instances = 4, shards = "hash", copies = { n = 3 } }
run { duration = "60s" }
