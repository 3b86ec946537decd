-- A value is written to all copies and read again at once: the read sees it unless the copies
-- that answer first have not got it yet. Each way takes an exponential time by itself.
local n = param { "n", 3, doc = "copies" }
local read = param { "read", 1, doc = "answers that a read waits for" }
local write = param { "write", 1, doc = "answers that a write waits for" }
region "place" { zones = { "z" } }
path { from = "z", to = "z", latency = exponential "10ms" }
client "u" { arrivals = poisson "200/s", target = "app", keys = uniform_keys { n = 1000000 } }
service "app" { zone = "z", on = { call { "kv", op = "write" }, call { "kv", op = "read" } } }
database "kv" { zone = "z",
  copies = { n = n, coordinators = 1, read = read, write = write, timeout = "10s" } }
run { duration = "400s", warmup = "1s", replications = 4 }
