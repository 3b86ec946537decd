-- Support tickets, reminders and letters wait in queues: how long does an urgent ticket wait behind
-- the others and ahead of them, when does the low class starve, does a reminder come when due, and
-- who keeps the order of what belongs together?
--
-- Covers C02.
-- A desk of one agent is busy 80 % of the time. First come first served every ticket waits 40 ms;
-- by class those that are urgent wait a quarter of that, and the low ones pay for it. A second desk
-- gets 10 % more than it can do: the urgent ones do not notice, the low ones starve: their backlog
-- grows as long as the run lasts. The reminders of a third queue are delayed by two minutes, and
-- then find an agent at once. Letters about 50 cases come to a queue of tasks, which four clerks
-- take from as they have time, each letter by one of them: two letters of one case are at two
-- clerks, and the later one may be done first. Where the queue has parts, and all letters of a case
-- are in one, each part has one clerk, and the order of a case is kept. A queue of messages gives
-- each letter to two groups, the clerks and an archive. Loads and times are assumed.
--
-- Off: order=fifo  urgent tickets wait behind all others
-- Off: delay=0s  reminders come at once
-- Off: partitions=1  one part, and one clerk for all of it
-- Off: clerks=1  where one clerk does all letters nobody overtakes
-- Answer: tickets.class.urgent.to_delivery.mean
local order = param { "order", "priority", doc = "how tickets are ordered" }
local delay = param { "delay", "2min", doc = "after which a reminder is due" }
local partitions = param { "partitions", 4, doc = "parts of the queue that keeps the order" }
local clerks = param { "clerks", 4, doc = "who take letters from the queue of tasks" }

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

local function letters(name, settings)
  client(name .. "-senders") {
    arrivals = poisson "200/s", target = name .. "-door", keys = uniform_keys { n = 50 },
  }
  service(name .. "-door") { on = { publish { name, key = true } } }
  topic(name)(settings)
end
letters("tasks", {})
service "clerks" {
  instances = clerks, workers = 1, work = exponential "12ms", subscribe = { "tasks" },
}
letters("cases", { partitions = partitions })
service "case-clerks" {
  instances = 4, workers = 1, work = exponential "12ms",
  subscribe = { "cases", group = "clerks" },
}
service "archive" {
  instances = 4, workers = 1, work = "1ms", subscribe = { "cases", group = "archive" },
}

goal "tickets.class.urgent.to_delivery.mean < 12ms"
goal "tickets.class.low.to_delivery.mean < 100ms"
goal "crowded.class.urgent.to_delivery.p99 < 120ms"
-- Somebody has to wait for ever: it is the low class alone.
goal "crowded.class.normal.to_delivery.p99 < 500ms"
goal "crowded.backlog.end > 3000"
goal "reminder.end_to_end.mean >= 2min"
goal "reminder.end_to_end.p99 < 121s"
-- Order: out of it is a letter whose case has had a later one done.
goal "clerks.out_of_order > 1000"
goal "case-clerks.out_of_order == 0"
-- What it costs: four queues, each for one clerk, in place of one for four.
goal "clerks.end_to_end.mean < 18ms"
goal "case-clerks.end_to_end.mean > 28ms"
goal "case-clerks.end_to_end.p99 < 1s"
-- Each letter once for each group.
goal "cases.backlog.end < 100"
goal "archive.throughput > 195/s"
goal "case-clerks.throughput > 195/s"
run { duration = "10min", warmup = "150s", replications = 10 }
