-- The leader of five copies crashes: how long until the next one acknowledges a write?
client "c" { arrivals = poisson "50/s", target = "db", mix = { write = 1 } }
database "db" { copies = { n = 5, elect = { heartbeat = "100ms", timeout = "1s" } } }
fault { crash "db[1]", at = "10s", lasts = "20s" }
run { duration = "20s", warmup = "5s", replications = 400 }
