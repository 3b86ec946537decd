-- A read of one copy misses what two others have: the same, mended.
client "c" { arrivals = poisson "10/s", target = "kv", keys = uniform_keys { n = 100 },
  mix = { read = "50%", write = "50%" } }
database "kv" { copies = { n = 3, write = 2, read = 2 } }
goal "kv.stale_reads == 0"
run { duration = "60s" }
