-- The same, mended.
client "c" { arrivals = poisson "100/s", target = "kv", keys = uniform_keys { n = 1000 },
  mix = { read = "50%", write = "50%" } }
database "kv" { copies = { n = 3, write = 1, read = 1, hints = true, anti_entropy = "30s" } }
fault { lose "kv[2]", at = "60s", lasts = "60s" }
run { duration = "5min" }
