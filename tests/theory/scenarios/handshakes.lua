-- Each call opens a connection: how many handshakes does one core do?
local handshake = param { "handshake", "395.8us", doc = "RSA-2048 signature and key exchange" }
client "c" { arrivals = closed { users = 200, think = "0s" }, target = "edge" }
service "edge" { workers = 1, accept = { handshake = handshake } }
path { from = "c", to = "edge", latency = "10us", transport = "tcp", connect = { tls = "1.3" } }
run { duration = "20s", warmup = "1s", replications = 1 }
