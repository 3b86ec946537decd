-- Where do the 220 ms of a request go that crosses a slow network to a service with a database?
--
-- Covers B01.
-- One request at a time and nothing random, so every request takes exactly the sum of its parts:
-- network 50 + processing 20 + database 100 + network 50 = 220 ms.
--
-- Off: network=0ms  the two ways of 50 ms are missing: 120 ms
-- Off: processing=0ms  the service's own work is missing: 200 ms
-- Off: database=0ms  the query is missing: 120 ms
-- Answer: users.latency.mean
local network = param { "network", "50ms", doc = "one way between users and the service" }
local processing = param { "processing", "20ms", doc = "the service's own work" }
local database_time = param { "database", "100ms", doc = "one query" }

-- One request in two seconds: none meets another one, nobody waits.
client "users" { arrivals = constant "0.5/s", target = "api" }

service "api" { workers = 1, on = { work(processing), call "db" } }
database "db" { workers = 1, read = database_time }

path { from = "users", to = "api", latency = network }

-- The parts, each as measured where it arises. A worker is held during the query: 20 + 100 ms.
goal "db.service.mean == 100ms"
goal "api.service.mean == 120ms"
goal "api.wait.mean == 0ms"
-- Their sum, for each request and not only on average.
goal "users.latency.mean == 220ms"
goal "users.latency.min == 220ms"
goal "users.latency.max == 220ms"

run { duration = "10min", warmup = "10s", replications = 2 }
