-- An order becomes an event that stock, billing and notification take up by themselves: does the
-- checkout notice when one of them is slow or dead, does each catch up alone, how often is work
-- done twice, and does one more consumer change anything upstream?
--
-- Covers A09.
-- The checkout waits for the topic's acknowledgement alone. Billing is dead for a minute: its
-- backlog grows to 3000 and is drained in two minutes, the others do not notice. What it had in
-- work when it died comes again. Notification is a hundred times slower for another minute: what a
-- consumer has fetched waits there for longer than the topic waits for its acknowledgement, comes
-- again, and is done twice, as "at least once" allows. Later an audit joins, which nobody had
-- thought of, and takes up all orders from the first one on. Called directly, billing's outage
-- fails every order. Times of work and of outages are assumed; a topic waits 10 s here, not the
-- 30 s of SQS, so that duplicates are seen soon.
--
-- Off: events=false  orders fail while billing is dead
-- Off: factor=1  nothing is slow, and nothing is done twice
-- Off: prefetch=2  who fetches no more than it works on does nothing twice
-- Answer: shoppers.latency.p99
local events = param { "events", true, doc = "whether the services take events, or are called" }
local factor = param { "factor", 100, doc = "how much slower notification is for a minute" }
local prefetch = param { "prefetch", 10, doc = "messages that a consumer has at most" }

client "shoppers" { arrivals = poisson "50/s", target = "orders", timeout = "5s" }
local names = { stock = "15ms", billing = "25ms", notification = "25ms" }
if events then
  names.audit = "5ms"
  service "orders" { workers = 32, on = { work "5ms", publish { "order-events", timeout = "1s" } } }
  topic "order-events" { write = exponential "2ms" }
  fault { join "audit", at = "11min", name = "audit" }
else
  service "orders" {
    workers = 32,
    on = {
      work "5ms",
      parallel { call "stock", call "billing", call "notification" },
    },
  }
end
for name, work in pairs(names) do
  service(name) {
    workers = 2, work = exponential(work),
    subscribe = events and { "order-events", prefetch = prefetch, visibility = "10s" } or nil,
  }
end
fault { crash "billing", at = "2min", lasts = "1min" }
fault { slow { "notification", factor = factor }, at = "6min", lasts = "1min" }

-- The checkout, whatever becomes of those behind the topic.
goal "shoppers.availability > 99.9%"
goal { "shoppers.latency.p99 < 20ms", during = "crash billing" }
goal { "shoppers.latency.p99 < 20ms", during = "slow notification" }
if events then
  goal { "shoppers.latency.p99 < 20ms", during = "audit" }
  -- Who has no trouble has no delay, and who had catches up.
  goal "stock.end_to_end.p99 < 1s"
  goal "billing.end_to_end.max < 90s"
  goal "notification.end_to_end.max < 90s"
  for name in pairs(names) do goal(name .. ".backlog.end < 100") end
  goal "audit.end_to_end.max > 10min" -- the first orders of all
  -- What is done twice, and by whom.
  goal "order-events.lost < 1"
  goal "notification.duplicates > 5"
  goal "notification.duplicates < 100"
  goal "stock.duplicates < 1"
end
run { duration = "14min", warmup = "10s", replications = 6 }
