-- Users who come again when a limit tells them; a rate that surges; answers by their causes; and a
-- cache that keeps each tier's answers apart.
client "c" { arrivals = closed { users = 1, think = exponential "100ms" }, target = "gate",
  obeys = "retry_after" }
service "gate" { on = { limit { "10/s", retry_after = true } } }
client "d" { arrivals = poisson "10/s", target = "s" }
service "s" {}
fault { surge { "d", factor = 5 }, at = "100s", lasts = "50s" }
client "e" { arrivals = poisson "10/s", target = "passes" }
service "passes" { on = { call { "back", pass_on = { "denied" } } } }
client "f" { arrivals = poisson "10/s", target = "falls" }
service "falls" { on = { call { "back", fallback = { denied = {} } } } }
service "back" { on = { fail { "denied", p = "20%" }, fail { p = "12.5%" } } }
client "g" { arrivals = poisson "4/s", target = "cache", keys = uniform_keys { n = 1 },
  users = 10000, tier = { free = 0.75, paid = 0.25 } }
cache "cache" { capacity = 10, ttl = "1s", per = "tier", origin = "db" }
database "db" {}
run { duration = "1000s", warmup = "0s", replications = 20 }
