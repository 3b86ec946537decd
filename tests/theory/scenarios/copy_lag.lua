-- A copy that applies the writes of its primary one by one: how far does it lag? It is one server,
-- to which they come as the primary makes them.
local rate = param { "rate", "70/s" }
local law = param { "law", "constant" }
client "c" { arrivals = poisson(rate), target = "db", mix = { write = 1 },
  keys = uniform_keys { n = 1000 } }
database "db" { workers = 1,
  copies = { n = 2, apply = law == "constant" and "10ms" or exponential "10ms" } }
run { duration = "2000s", warmup = "10s", replications = 4 }
