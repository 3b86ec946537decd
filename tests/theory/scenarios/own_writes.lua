-- A user writes at the primary, and reads `after` that time from one of four copies, the primary
-- among them, of which each of the three others shows the write after an exponential lag.
local lag = param { "lag", "100ms" }
local rate = param { "rate", "0.1/s", doc = "low: no write waits for one in front" }
local after = param { "after", "10ms" }
client "c" {
  arrivals = poisson(rate),
  mix = { visit = 1 },
  keys = uniform_keys { n = 4000000000 },
  users = 10000000,
  target = "app",
}
service "app" {
  on = { visit = { call { "db", op = "write" }, sleep(after), call { "db", op = "read" } } },
}
region "site" { zones = { "a", "b" } }
path { from = "a", to = "b", latency = exponential(lag) }
database "db" { copies = { n = 4, read = "any", zone = { "a", "b", "b", "b" } } }
run { duration = "1000000s", warmup = "10s", replications = 4 }
