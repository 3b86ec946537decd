-- A router that knew which of 75 processes is free now sends requests to any: how much longer do
-- they wait?
--
-- Source: genius.com/James-somers-herokus-ugly-secret-annotated (Heroku, February 2013)
-- A process does one request at a time, and most take little time but some take seconds; a random
-- router puts short ones behind long ones while other processes are idle. 9000 requests a minute
-- of 306 ms on average, 46 ms at the median, keep 75 processes busy 61 % of the time.
--
-- Off: algorithm=least_connections  a free one is found for nearly all
-- Off: rails=20  with more workers in a process a long request stands in the way of none
-- Answer: visitors.latency.p95
local algorithm = param { "algorithm", "random", doc = "how a process is chosen" }
local rails = param { "rails", 1, doc = "requests that a process does at once" }

client "visitors" { arrivals = poisson "150/s", target = "router" }
load_balancer "router" { algorithm = algorithm, backends = "dyno" }
service "dyno" {
  instances = 75, workers = rails, work = lognormal { p50 = "46ms", mean = "306ms" },
}

-- Without waiting half of them take 46 ms, and 19 of 20 no more than 1.13 s.
goal "visitors.latency.p50 > 300ms"
goal "visitors.latency.p95 > 10s"
run { duration = "15m", warmup = "3m", replications = 4 }
