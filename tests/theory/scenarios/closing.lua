-- A server closes connections after a second without a call; its caller, 50 ms away, thinks for an
-- exponential time of one second. A call of the last round trip finds it closed: p = e^-0.9 - e^-1
-- of those on a kept connection, and of all p / (1 + p), as the next call opens one.
client "c" { target = "s", arrivals = closed { users = 1, think = exponential "1s" } }
service "s" { accept = { idle = "1s" } }
path { from = "c", to = "s", latency = "50ms", transport = "tcp", connect = { keep = "60s" } }
run { duration = "20000s", warmup = "10s", replications = 10 }
