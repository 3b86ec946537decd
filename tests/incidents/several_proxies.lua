-- Backends take two calls each and refuse a third: does it matter how many proxies stand before
-- them?
--
-- Source: github.com/envoyproxy/envoy/issues/35935
-- Each proxy sends to the backend to which it has itself sent least, and knows nothing of what
-- the others send. One proxy refused nobody, two refused 12.9 % and four 40.6 % there. How many
-- depends on how near the load is to the limit; with 16 calls under way on 20 places it comes
-- close to that.
--
-- Off: proxies=1  one proxy knows about every call
-- Answer: users.availability
local proxies = param { "proxies", 4, doc = "proxies before the backends" }

client "users" { arrivals = closed { users = 16 }, target = "proxy" }
load_balancer "proxy" { instances = proxies, algorithm = "least_connections", backends = "backend" }
service "backend" { instances = 10, workers = 2, queue = 0, work = exponential "100ms" }

-- 9.4 and 43.1 % of the calls are refused by two and four.
client "two-users" { arrivals = closed { users = 16 }, target = "two-proxies" }
load_balancer "two-proxies" {
  instances = 2, algorithm = "least_connections", backends = "two-backends",
}
service "two-backends" { instances = 10, workers = 2, queue = 0, work = exponential "100ms" }

goal "two-users.availability > 87%"
goal "two-users.availability < 93%"
goal "users.availability > 54%"
goal "users.availability < 60%"
run { duration = "200s", warmup = "10s", replications = 4 }
