-- A hundred requests for the same object come at once to ten servers that take ten each: how many
-- does a balancer that hashes the object get served?
--
-- Source: github.com/haproxy/haproxy/issues/2893
-- They all go to the one server of that object: 10 are served and 90 refused there. Skipping
-- servers that are full serves all of them; a further try elsewhere after each refusal is the same.
--
-- Off: skip=true  what one server refuses goes to another one
-- Off: algorithm=round_robin  they are spread over all servers
-- Answer: users.availability
local skip = param { "skip", false, doc = "whether full servers are passed over" }
local algorithm = param { "algorithm", "hash", doc = "how a server is chosen" }

client "users" {
  arrivals = burst { 100, at = "10s" }, target = "proxy", keys = uniform_keys { n = 1 },
}
load_balancer "proxy" {
  algorithm = algorithm, backends = "server", connect_retries = skip and 9 or 0,
}
service "server" { instances = 10, workers = 10, queue = 0, work = "30s" }

goal "users.availability == 10%"
goal "users.errors.refused == 90"
run { duration = "60s", warmup = "0s", replications = 2 }
