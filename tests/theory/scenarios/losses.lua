-- Long answers over a line that loses segments, each by itself: how fast does TCP send them?
local loss = param { "loss", "0.1%" }
client "c" { arrivals = poisson "0.01/s", target = "s", response = "50MB" }
service "s" {}
path { from = "c", to = "s", latency = "20ms", loss = loss, transport = "tcp", connect = {} }
run { duration = "8000s", warmup = "500s", replications = 10 }
