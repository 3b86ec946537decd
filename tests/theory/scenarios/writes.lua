-- How far a copy lags that applies one write after the other; a lock that everybody wants; how long
-- two databases take to commit together; and quorums.
client "c" { arrivals = poisson "100/s", target = "d", mix = { write = 1 } }
database "d" { workers = 100, write = "1ms",
  copies = { n = 2, write = "async", read = "primary", apply = exponential "5ms" } }
client "e" { arrivals = poisson "100/s", target = "s" }
service "s" { on = { lock { "k", lease = "10s" }, work "5ms", unlock() } }
lock_service "k" {}
local many = uniform_keys { n = 1000000 }
client "f" { arrivals = poisson "5/s", target = "t", keys = many }
service "t" { zone = "x", on = { transaction { call { "y", op = "write" },
  call { "z", op = "write" }, commit = "2pc" } } }
database "y" { zone = "y-1", write = "5ms" }
database "z" { zone = "z-1", write = "5ms" }
path { from = "x", to = "y-1", latency = "1ms" }
path { from = "x", to = "z-1", latency = "3ms" }
client "g" { arrivals = poisson "20/s", target = "q", mix = { write = 1 }, keys = many }
database "q" { write = exponential "10ms", copies = { n = 3, write = 2, read = 2 } }
client "h" { arrivals = poisson "20/s", target = "r", mix = { read = 1 }, keys = many }
database "r" { read = exponential "10ms", write = "1ms", copies = { n = 5, write = 4, read = 2 } }
run { duration = "1000s", warmup = "20s", replications = 10 }
