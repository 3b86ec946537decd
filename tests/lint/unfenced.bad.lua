-- A primary that is cut off goes on.
client "c" { arrivals = poisson "10/s", target = "pg", mix = { read = "50%", write = "50%" } }
database "pg" { copies = { n = 3 } }
control "ha" { heartbeat = "pg", every = "1s", act = promote { "pg", takes = "5s" } }
fault { crash "pg[1]", at = "30s", lasts = "10s" }
run { duration = "60s" }
