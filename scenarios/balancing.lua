-- Nine ways to choose a server: how long do the slowest answers take when all servers are alike,
-- when half of them have twice the cores, and when one of eight is ten times as slow?
--
-- Covers E01.
-- Each way has three farms of eight servers of its own; work takes 10 ms on average, with a server
-- that is slow for 100 ms (assumed, as are the loads).
--   equal   one core each, 60 % busy. Who counts calls under way is best, two drawn are nearly as
--           good as a look at all, turns beat chance, and a hash is chance with uneven shares.
--   mixed   four have two cores, 70 % busy in all. Equal shares fill those with one core; weights
--           spread by size, and who counts calls or looks at times needs none.
--   slow    half busy but for the slow one, whose eighth is five times what it can do. By turns, by
--           chance and by hash its share fails; weights help where somebody knew. A hash that is
--           bounded keeps users where they are as long as that one has no more than 1.25 times its
--           share of the calls under way, which is soon.
--
-- Off: slow=1  all servers are alike, and no way of choosing is in trouble
-- Off: cores=1  no server is larger than others
-- Off: counts=random  who counted calls under way chooses at random
-- Off: weight=1  weights are equal
-- Off: bounded=100  the hash has no bound to speak of
-- Answer: slow-least.latency.p99
local slow = param { "slow", 10, doc = "how many times as long the slow server takes" }
local cores = param { "cores", 2, doc = "of the larger servers of `mixed`" }
local counts = param { "counts", "least_connections", doc = "how the one that counts chooses" }
local weight = param { "weight", 0, doc = "of the better servers; 0: as they are better" }
local bounded = param { "bounded", 1.25, doc = "most calls of a server, as times its share" }

local ways = {
  robin = { algorithm = "round_robin" },
  weighted = { algorithm = "weighted" },
  random = { algorithm = "random" },
  least = { algorithm = counts },
  two = { algorithm = "power_of_two" },
  quick = { algorithm = "latency" },
  hash = { algorithm = "hash", by = "user" },
  ring = { algorithm = "consistent_hash", by = "user" },
  bound = { algorithm = "consistent_hash", by = "user", bounded = bounded },
}
-- farm NAME: so many good servers and others, behind each of the ways.
local function farm(name, rate, good, other)
  for way, how in pairs(ways) do
    local own = name .. "-" .. way
    local lb = { backends = { own .. "-good", own .. "-other" } }
    for key, value in pairs(how) do lb[key] = value end
    if way == "weighted" then
      lb.weights = { [own .. "-good"] = weight > 0 and weight or good.weight }
    end
    client(own) { arrivals = poisson(rate), target = own .. "-lb", timeout = "5s",
                  users = how.by and 5000 or nil }
    load_balancer(own .. "-lb")(lb)
    service(own .. "-good") {
      instances = good.n, workers = good.cores, queue = 100, work = exponential "10ms" }
    service(own .. "-other") {
      instances = 8 - good.n, workers = 1, queue = 100, work = exponential(other) }
  end
end
farm("equal", "480/s", { n = 4, cores = 1, weight = 1 }, "10ms")
farm("mixed", "840/s", { n = 4, cores = cores, weight = 2 }, "10ms")
farm("slow", "400/s", { n = 7, cores = 1, weight = 10 }, 10 * slow .. "ms")

-- Servers that are alike.
goal "equal-least.latency.p99 < 62ms"
goal "equal-two.latency.p99 < 75ms"
goal "equal-robin.latency.p99 > 62ms"
goal "equal-robin.latency.p99 < 105ms"
goal "equal-random.latency.p99 > 92ms"
goal "equal-hash.latency.p99 > 85ms"
-- Servers of two sizes.
for _, way in ipairs { "robin", "random", "hash", "ring" } do
  goal("mixed-" .. way .. ".latency.p99 > 200ms")
end
for _, way in ipairs { "weighted", "least", "two", "quick", "bound" } do
  goal("mixed-" .. way .. ".latency.p99 < 100ms")
end
-- One that is slow, and refuses when 100 wait. A failed request is never fast.
for _, way in ipairs { "robin", "random", "hash", "ring" } do
  goal("slow-" .. way .. ".availability < 95%")
end
goal "slow-weighted.latency.p99 < 130ms"
goal "slow-least.latency.p99 < 250ms"
goal "slow-two.latency.p99 < 500ms"
goal "slow-quick.latency.p99 < 150ms"
goal "slow-bound.latency.p99 < 400ms"
goal "slow-bound.availability >= 99.99%"

run { duration = "45s", warmup = "10s", replications = 4 }
