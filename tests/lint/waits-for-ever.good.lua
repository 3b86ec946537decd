-- A miss that others join is never answered: the same, mended.
client "c" { arrivals = poisson "10/s", target = "keep", keys = uniform_keys { n = 100 },
  timeout = "1s" }
cache "keep" { origin = "db", capacity = 50, single_flight = true, timeout = "500ms" }
database "db" { read = "10ms" }
path { from = "keep", to = "db", latency = "1ms", loss = "1%" }
run { duration = "60s" }
