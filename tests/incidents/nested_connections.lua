-- Fifty threads share a pool of ten connections, and each needs a second one while it holds the
-- first: how many connections does it take never to stand still?
--
-- Source: github.com/brettwooldridge/HikariCP/issues/442
-- Under load all ten connections are held by threads that wait for an eleventh: for ever, while
-- the database has nothing to do. The rule of HikariCP's wiki is threads x (connections - 1) + 1,
-- here 51. A connection is a worker that is held while the second one is asked for.
--
-- Off: connections=51  one thread always gets both
-- Answer: connections.deadlocked
local connections = param { "connections", 10, doc = "connections in the pool" }

client "threads" {
  arrivals = closed { users = 50, think = exponential "20ms" },
  target = "connections", mix = { outer = 1 },
}
service "connections" {
  workers = connections,
  on = {
    outer = { call { "database", op = "read" }, call { "connections", op = "inner" } },
    inner = { call { "database", op = "read" } },
  },
}
database "database" { read = exponential "5ms" }

goal "threads.throughput < 1/s"
goal "connections.deadlocked >= 10"
goal "database.arrival_rate < 1/s"
run { duration = "60s", warmup = "20s", replications = 4 }
