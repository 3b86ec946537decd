-- One message in a hundred can never be worked on: what becomes of the others, with and without a
-- dead-letter queue?
--
-- Covers C06.
-- Such a message fails, comes back to its place at the front, and fails again: a few of them keep
-- all workers busy for ever, and the backlog of the good ones behind them grows. After five
-- deliveries with pauses in between it is a dead letter: the good ones hardly notice. Loads, work
-- and the share of bad messages are assumed.
--
-- Off: deliveries=0  nobody gives a bad message up: the good ones wait behind them
-- Answer: orders.backlog.end
local deliveries = param { "deliveries", 5, doc = "after which a message is given up; 0: never" }

client "shop" {
  arrivals = poisson "50/s", target = "web", mix = { good = 0.99, bad = 0.01 },
}
service "web" { on = { publish { "orders", timeout = "1s" } } }
topic "orders" {}
local subscribe = { "orders", prefetch = 10, visibility = "30s" }
if deliveries > 0 then
  subscribe.deliveries, subscribe.dead_letter = deliveries, "dead"
  subscribe.backoff = exponential { base = "100ms", cap = "10s", jitter = "full" }
  topic "dead" {}
  -- A person looks at what is dead.
  service "support" { workers = 1, work = exponential "500ms", subscribe = { "dead" } }
end
service "billing" {
  workers = 4,
  on = { good = { work(exponential "50ms") }, bad = { work "20ms", fail() } },
  subscribe = subscribe,
}

goal "orders.backlog.end < 100"
goal "billing.end_to_end.p99 < 1s"
goal "orders.lost < 1"
if deliveries > 0 then goal "support.consumed > 200" end
run { duration = "10min", warmup = "10s", replications = 10 }
