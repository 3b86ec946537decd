-- How many round trips does an answer take over a connection that has just been opened, with a
-- window of 10 segments that doubles each time? ceil(log2(n / 10 + 1)) of n segments, and one for
-- the opening.
local size = param { "size", "10kB" }
local window = param { "window", 10 }
client "c" { arrivals = constant "0.1/s", target = "s", response = size }
service "s" {}
path { from = "c", to = "s", latency = "50ms", transport = "tcp",
  connect = { window = window } }
run { duration = "100s", warmup = "1s", replications = 1 }
