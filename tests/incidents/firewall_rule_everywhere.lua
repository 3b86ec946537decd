-- A firewall rule that takes all of the processor is given to every edge server at once: what
-- does it cost?
--
-- Source: blog.cloudflare.com/details-of-the-cloudflare-outage-on-july-2-2019
-- Within seconds all servers ran a regular expression that did not come to an end for many
-- requests. All processors were busy, and traffic fell by 82 %, until the rule was taken back
-- everywhere 27 minutes later. A tenth of the traffic would have shown it. Assumed are 1 ms a
-- request without the rule and 20 ms with it, servers that are busy for a third of the time, and
-- one second of patience: under the rule there is room for a sixth of the requests, which is
-- about what was left.
--
-- Off: first=10%  a tenth of the servers shows it, and the rule is taken back
-- Off: under_rule=1ms  a rule that costs nothing
-- Answer: users.goodput
local first = param { "first", "100%", doc = "share of the traffic that meets the rule at first" }
local under_rule = param { "under_rule", "20ms", doc = "work of a request with the rule" }

client "users" { arrivals = poisson "3000/s", target = "edge", timeout = "1s" }
load_balancer "edge" { backends = { "servers", "with_rule" } }
service "servers" { instances = 10, workers = 1, queue = 1000, work = exponential "1ms" }
service "with_rule" { instances = 10, workers = 1, queue = 40, work = exponential(under_rule) }
control "release" {
  at = "60s",
  act = rollout {
    "servers", to = "with_rule", by = first == "100%" and { "100%" } or { first, "100%" },
    every = "2min", back_when = first ~= "100%" and "with_rule.error_ratio > 5%" or nil,
  },
}

-- 500 a second are answered under the rule, and for a minute before it all 3000.
goal "users.goodput < 1300/s"
goal "with_rule.availability < 20%"
run { duration = "240s", warmup = "5s", replications = 2 }
