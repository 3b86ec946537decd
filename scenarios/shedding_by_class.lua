-- Half again as many requests come as a server can do: do those who pay keep their service whole
-- when the others are turned away?
--
-- Covers G13.
-- The server can do 100/s; 40/s pay and 110/s do not. Who pays is served first, and when the queue
-- of 50 is full, a paying newcomer takes the place of one who does not. Those who are turned away
-- are refused at once, as with 429 or 503. What is left, 60/s, goes to the others. Loads and times
-- of work are assumed.
--
-- Off: evict=newcomer  a full queue turns away the newcomer, of any class
-- Off: first=free  those who do not pay are served first
-- Answer: users.op.paid.availability
local evict = param { "evict", "lowest", doc = "who has to go when the queue is full" }
local first = param { "first", "paid", doc = "who is served first" }

client "users" {
  arrivals = poisson "150/s", target = "api", timeout = "2s",
  mix = { paid = 40 / 150, free = 110 / 150 },
}
service "api" {
  workers = 4, queue = 50, work = exponential "40ms",
  discipline = "priority", priority = first == "paid" and { "paid", "free" } or { "free", "paid" },
  evict = evict,
}

goal "users.op.paid.availability >= 99.9%"
goal "users.op.paid.latency.p99 < 300ms"
-- Nothing is given away: all of the server's 100/s are used.
goal "users.goodput > 95/s"
goal "users.op.free.availability > 45%"

run { duration = "5min", warmup = "20s", replications = 4 }
