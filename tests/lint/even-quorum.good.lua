-- A quorum of four copies bears the failure of one, as one of three does: the same, mended.
client "c" { arrivals = poisson "10/s", target = "kv", keys = uniform_keys { n = 100 },
  mix = { read = "50%", write = "50%" } }
database "kv" { copies = { n = 3, write = "quorum", read = "quorum" } }
goal "kv.stale_reads == 0"
run { duration = "60s" }
