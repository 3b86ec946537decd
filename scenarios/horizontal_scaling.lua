-- How far does throughput grow with the number of stateless servers, before the database that they
-- share stops it?
--
-- Covers B16.
-- A request takes 10 ms of a server's core and 2 ms of the database's: a server does at most 100/s,
-- the database 500/s. Ten sites with 1 to 10 servers, each with more users than it can serve. Times
-- of work are assumed.
--
-- Off: query=0ms  the database takes no time: throughput grows on past five servers
-- Off: balanced=false  requests meet a server at random, and some wait while others idle
-- Answer: users-10.throughput
local query = param { "query", "2ms", doc = "what a request takes of the database" }
local balanced = param { "balanced", true, doc = "whether a balancer spreads the requests" }

for servers = 1, 10 do
  local site = "-" .. servers
  client("users" .. site) {
    arrivals = closed { users = 4 * servers },
    target = (balanced and "lb" or "web") .. site,
  }
  if balanced then
    load_balancer("lb" .. site) { algorithm = "least_connections", backends = "web" .. site }
  end
  -- async: a core that waits for the database serves others meanwhile.
  service("web" .. site) { instances = servers, workers = 1, io = "async",
                           on = { work "10ms", call("db" .. site) } }
  database("db" .. site) { workers = 1, read = query }
end

-- Linear: 95 % of N x 100/s at least.
for servers = 1, 4 do
  goal("users-" .. servers .. ".throughput >= " .. 95 * servers .. "/s")
  goal("users-" .. servers .. ".throughput <= " .. 100.1 * servers .. "/s")
end
-- Flat at 500/s.
for servers = 6, 10 do
  goal("users-" .. servers .. ".throughput >= 490/s")
  goal("users-" .. servers .. ".throughput <= 501/s")
  goal("db-" .. servers .. ".utilization >= 98%")
end

run { duration = "30s", warmup = "5s", replications = 4 }
