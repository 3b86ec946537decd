-- In the 30 s of a snapshot 1500 writes come, and the log keeps 1000.
client "c" { arrivals = poisson "100/s", target = "pg", keys = uniform_keys { n = 1000 },
  mix = { read = "50%", write = "50%" } }
database "pg" { copies = { n = 3, keep = 1000, snapshot = "30s" } }
fault { crash "pg[2]", at = "20s", lasts = "60s" }
run { duration = "5min" }
