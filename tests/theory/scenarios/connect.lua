-- What does loss cost who sets up connections, and who gets in while SYNs fill the table?
-- Each try of a handshake fails with q = 1 - (1 - p)^2 and is made again after 1, 3, 7 ... seconds.
-- Entries of the table that nobody completes stay for 63 s: Erlang's loss formula. What came at
-- once expires at once, so that whole multiples of 63 s are measured.
local loss = param { "loss", "1%" }
local attack = param { "attack", "100/s" }
local table_size = param { "table_size", 1024 }
local length = param { "length", "2016s" }

client "far" { arrivals = poisson "100/s", target = "open" }
service "open" {}
path { from = "far", to = "open", latency = "25ms", loss = loss, transport = "tcp" }

client "user" { arrivals = poisson "20/s", target = "edge", timeout = "900ms" }
client "bots" { arrivals = poisson(attack), target = "edge", timeout = "900ms" }
service "edge" { accept = { half_open = table_size } }
path { from = "user", to = "edge", latency = "1ms", transport = "tcp" }
path { from = "bots", to = "edge", latency = "1ms", transport = "tcp", one_way = true }
path { from = "edge", to = "bots", loss = "100%", one_way = true }
run { duration = length, warmup = "189s", replications = 10 }
