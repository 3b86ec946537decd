-- Support tickets and reminders wait in queues: how long does an urgent ticket wait behind the
-- others and ahead of them, when does the low class starve, and does a reminder come when due?
--
-- Covers C02.
-- A desk of one agent is busy 80 % of the time. First come first served every ticket waits 40 ms;
-- by class those that are urgent wait a quarter of that, and the low ones pay for it. A second desk
-- gets 10 % more than it can do: the urgent ones do not notice, the low ones starve: their backlog
-- grows as long as the run lasts. The reminders of a third queue are delayed by two minutes, and
-- then find an agent at once.
--
-- Off: order=fifo  urgent tickets wait behind all others
-- Off: delay=0s  reminders come at once
-- Answer: tickets.class.urgent.to_delivery.mean
local order = param { "order", "priority", doc = "how tickets are ordered" }
local delay = param { "delay", "2min", doc = "after which a reminder is due" }

local function desk(name, rate)
  client(name .. "-users") {
    arrivals = poisson(rate), target = name, mix = { urgent = 0.25, normal = 0.375, low = 0.375 },
  }
  topic(name) { order = order, priority = { "urgent", "normal", "low" } }
  service(name .. "-agent") { workers = 1, work = exponential "10ms", subscribe = { name } }
end
desk("tickets", "80/s")
desk("crowded", "110/s")

client "calendar" { arrivals = poisson "5/s", target = "reminders" }
topic "reminders" { delay = delay }
service "reminder" { workers = 1, work = exponential "10ms", subscribe = { "reminders" } }

goal "tickets.class.urgent.to_delivery.mean < 12ms"
goal "tickets.class.low.to_delivery.mean < 100ms"
goal "crowded.class.urgent.to_delivery.p99 < 120ms"
-- Somebody has to wait for ever: it is the low class alone.
goal "crowded.class.normal.to_delivery.p99 < 500ms"
goal "crowded.backlog.end > 3000"
goal "reminder.end_to_end.mean >= 2min"
goal "reminder.end_to_end.p99 < 121s"
run { duration = "10min", warmup = "150s", replications = 10 }
