-- Connections that are waited for; and a page of 30 parts over six of them, in five rounds.
client "c" { arrivals = poisson "80/s", target = "s", pool = { size = 10, queue = "unlimited" } }
service "s" { work = exponential "100ms" }
client "d" { arrivals = constant "0.1/s", target = "browser" }
service "browser" { on = {
  parallel { call { "web", times = 30, pool = { size = 6, queue = 24 } } } } }
service "web" { work = "20ms" }
path { from = "browser", to = "web", latency = "40ms" }
run { duration = "5000s", warmup = "100s", replications = 10 }
