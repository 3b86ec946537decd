-- Five copies that wait for 150 to 300 ms and are 7.5 ms apart; their leader crashes.
client "c" { arrivals = constant "1000/s", target = "db", mix = { write = 1 } }
database "db" { zone = "z", copies = { n = 5,
  elect = { heartbeat = "75ms", timeout = "150ms", spread = "150ms", pre_vote = false } } }
path { from = "z", to = "z", latency = "7.5ms" }
fault { crash "db[1]", at = "4s", lasts = "5s" }
run { duration = "6s", warmup = "1s", replications = 300 }
