-- Six ways to choose a server, and one of eight servers ten times as slow as the others: which of
-- them keep the slow one from failing its share of the requests?
--
-- Covers E01.
-- Each balancer has eight servers of its own, which take 10 ms on average and are half busy, but
-- for the slow one. Round robin and random give that one its eighth, which is five times what it
-- can do. Who counts calls under way, or looks at how long answers take, leaves it nearly alone.
-- By hash its users have no choice.
--
-- Off: slow=1  all servers are alike, and no way of choosing is in trouble
-- Off: counts=random  who counted calls under way chooses at random
-- Answer: least.latency.p99
local slow = param { "slow", 10, doc = "how many times as long the slow server takes" }
local counts = param { "counts", "least_connections", doc = "how the one that counts chooses" }

local ways = {
  robin = { algorithm = "round_robin" },
  random = { algorithm = "random" },
  least = { algorithm = counts },
  two = { algorithm = "power_of_two" },
  quick = { algorithm = "latency" },
  hash = { algorithm = "consistent_hash", by = "user" },
}
for name, way in pairs(ways) do
  way.backends = { name .. "-web", name .. "-slow" }
  client(name) { arrivals = poisson "400/s", target = name .. "-lb", timeout = "5s", users = 5000 }
  load_balancer(name .. "-lb")(way)
  service(name .. "-web") { instances = 7, workers = 1, work = exponential "10ms" }
  service(name .. "-slow") { workers = 1, queue = 100, work = exponential(10 * slow .. "ms") }
end

-- A failed request is never fast: the slow server refuses when 100 wait.
goal "robin.availability < 95%"
goal "random.availability < 95%"
goal "hash.availability < 95%"
goal "least.latency.p99 < 300ms"
goal "two.latency.p99 < 1s"
goal "quick.latency.p99 < 300ms"
goal "least.availability >= 99.99%"

run { duration = "1min", warmup = "10s", replications = 4 }
