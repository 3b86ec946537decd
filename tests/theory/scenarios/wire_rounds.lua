-- A long answer over a wire that is idle at first, while the window still grows.
local size = param { "size", "452600B" }
client "c" { arrivals = constant "0.1/s", target = "s", response = size }
service "s" {}
path { from = "c", to = "s", latency = "50ms", bandwidth = "10Mbit/s", transport = "tcp" }
run { duration = "100s", warmup = "5s", replications = 2 }
