-- An order becomes an event that stock, billing and notification take up by themselves: does the
-- checkout notice when one of them is slow or dead, does each catch up alone, and does one more
-- consumer change anything upstream?
--
-- Covers A09.
-- The checkout waits for the topic's acknowledgement alone. Billing is dead for a minute: its
-- backlog grows to 3000 and is drained in two minutes, the others do not notice. What it had in
-- work
-- when it died comes again. Called directly, the same outage fails every order.
--
-- Off: events=false  orders fail while billing is dead
-- Answer: shoppers.latency.p99
local events = param { "events", true, doc = "whether the services take events, or are called" }
local audit = param { "audit", true, doc = "one more consumer" }

client "shoppers" { arrivals = poisson "50/s", target = "orders", timeout = "5s" }
local names = { stock = "15ms", billing = "25ms", notification = "30ms" }
if audit then names.audit = "5ms" end
if events then
  service "orders" { workers = 32, on = { work "5ms", publish { "order-events", timeout = "1s" } } }
  topic "order-events" { write = exponential "2ms" }
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
  if events or name ~= "audit" then
    service(name) {
      workers = 2, work = exponential(work),
      subscribe = events and { "order-events", prefetch = 10, visibility = "30s" } or nil,
    }
  end
end
fault { crash "billing", at = "2min", lasts = "1min" }

goal "shoppers.latency.p99 < 50ms"
goal "shoppers.availability > 99.9%"
if events then
  goal "stock.end_to_end.p99 < 1s"
  goal "notification.end_to_end.p99 < 1s"
  goal "billing.end_to_end.max < 90s"
  goal "billing.backlog.end < 100"
  goal "order-events.lost < 1"
  goal "order-events.redeliveries > 0"
  goal "order-events.duplicates < 1"
end
run { duration = "10min", warmup = "10s", replications = 10 }
