-- Acknowledged before the other brokers have it, and nothing may be lost.
client "c" { arrivals = poisson "10/s", target = "web", timeout = "20s" }
service "web" { on = { default = { publish { "q", acks = 1, timeout = "15s" } } } }
topic "q" { partitions = 3, copies = { n = 3 } }
service "reader" { work = "1ms", subscribe = { "q" } }
fault { crash "q[1]", at = "30s", lasts = "10s" }
goal "q.lost < 1"
run { duration = "60s" }
