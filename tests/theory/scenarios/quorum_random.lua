-- A write reaches its w fastest copies of n, and the others so much later that nobody is interested
-- any more; the r fastest answers to a read come from any copies. So they miss it with probability
-- C(n-w, r) / C(n, r), if it is read at once.
local n = param { "n", 3, doc = "copies" }
local w = param { "w", 1, doc = "copies that a write waits for" }
local r = param { "r", 1, doc = "answers that a read takes the newest of" }
local zones = {}
for i = 1, n do
  zones[i] = "data"
end
zones[n + 1] = "writers"
zones[n + 2] = "readers"
local late = uniform { low = "0s", high = "100s" }
local soon = uniform { low = "0s", high = "1us" }
path { from = "writers", to = "data", latency = late, one_way = true }
path { from = "data", to = "readers", latency = soon, one_way = true }
client "pairs" {
  arrivals = poisson "10/s",
  keys = uniform_keys { n = 4000000000 },
  target = "app",
}
service "app" { on = { call { "writer" }, sleep "1ns", call { "reader" } } }
service "writer" { zone = "writers", on = { call { "db", op = "write" } } }
service "reader" { zone = "readers", on = { call { "db", op = "read" } } }
database "db" {
  copies = { n = n, coordinators = 2, zone = zones, write = w, read = r, timeout = "1000s" },
}
run { duration = "1000s", warmup = "200s", replications = 15 }
