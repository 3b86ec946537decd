-- One customer of a thousand sends requests that hold a worker for a minute: how many of the others
-- notice when all share the workers, and how many when each customer has two of eight workers of
-- its own choice?
--
-- Covers G12, G16.
-- A worker takes 20 requests at once. The bad requests find each worker that they may go to and
-- fill it. With shards of two by hash, one of the 28 pairs, 3.6 % of the customers, is lost with
-- that customer; who shares one worker has the other. Four fixed pairs would lose a quarter. Loads
-- and times of work are assumed.
--
-- Off: algorithm=power_of_two  the bad requests go everywhere, and nobody is answered
-- Off: shard=1  an eighth of the customers have the same single worker
-- Answer: customers.availability
local algorithm = param { "algorithm", "shuffle_shard" }
local shard = param { "shard", 2, doc = "workers of a customer" }
local by = algorithm == "shuffle_shard" and "user" or nil

client "customers" {
  arrivals = poisson "400/s", users = 999, target = "lb", mix = { usual = 1 }, timeout = "2s",
}
client "poison" { arrivals = poisson "20/s", users = 1, target = "lb", mix = { bad = 1 } }
load_balancer "lb" {
  algorithm = algorithm, choices = shard, by = by, backends = "worker",
  retry = { attempts = 2, backoff = "0ms", on = { "refused" } },
}
service "worker" {
  instances = 8, workers = 20, queue = 0,
  on = { usual = { work(exponential "20ms") }, bad = { work "1min" } },
}

goal "customers.availability >= 95%"
goal "customers.latency.p90 < 100ms"

run { duration = "5min", warmup = "2min", replications = 4 }
