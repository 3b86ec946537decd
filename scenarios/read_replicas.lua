-- A shop's orders go to the primary of its database, the order history is read from replicas as
-- well: how much do reads gain by each of them, what do they miss, and what do writes gain?
--
-- Covers F02.
-- An order takes 4 ms of the primary, and each replica applies all of them, 1 ms each; a read takes
-- 3 ms. Each copy has two workers, so one does 667 reads a second (all times are assumed). First
-- "pg", as it is used: 100 orders and 900 reads a second with three replicas, which lag by the
-- network, the work, and the reads that they wait behind. Then as many readers as it takes to keep
-- one to four copies busy: each copy adds as much as the first one did. And as many who order: the
-- ceiling of writes is that of one machine, 500/s, however many replicas there are.
-- Who looks at an order right after placing it may miss it. "own" is asked by somebody who does
-- nothing else; "told" sends such reads to the primary instead.
--
-- Off: read=primary  all reads go to the primary: it cannot do that many
-- Off: replicas=1  one replica: reads wait, and what is applied waits behind them
-- Off: apply=8ms  replicas have no time to apply what the primary writes
-- Off: told=any  who reads his own order from any copy misses it now and then
-- Answer: read-4-users.throughput
local read = param { "read", "any", doc = "which copy a read goes to" }
local replicas = param { "replicas", 3, doc = "copies beside the primary of `pg`" }
local apply = param { "apply", "1ms", doc = "what a write takes of a replica" }
local told = param { "told", "primary", doc = "which copy the reads of `told` go to" }

region "site" { zones = { "a", "b" } }
path { from = "site", to = "site", latency = "1ms" }
local function shop(name, copies, goes_to, users)
  users.mix = users.mix or { order = "10%", history = "90%" }
  users.target = name
  client(name .. "-users")(users)
  database(name) {
    workers = 2, read = exponential "3ms", write = "4ms",
    read_ops = { "history" }, write_ops = { "order" },
    copies = { n = copies, read = goes_to, apply = apply,
               zone = copies > 1 and { "a", "b" } or "a" },
  }
end
shop("pg", 1 + replicas, read, {
  arrivals = poisson "1000/s", keys = zipf { n = 100000, s = 0.9 }, users = 20000 })
for n = 1, 4 do
  shop("read-" .. n, n, read, {
    arrivals = closed { users = 40 * n }, mix = { history = "100%" },
    keys = uniform_keys { n = 100000 } })
end
for _, n in ipairs { 1, 4 } do
  shop("write-" .. n, n, read, {
    arrivals = closed { users = 20 }, mix = { order = "100%" },
    keys = uniform_keys { n = 100000 } })
end
for name, goes_to in pairs { own = "any", told = told } do
  shop(name, 4, goes_to, {
    arrivals = closed { users = 1, think = exponential "5ms" },
    mix = { order = "50%", history = "50%" }, keys = uniform_keys { n = 1 } })
end

goal "pg-users.op.history.latency.p95 < 20ms"
goal "pg-users.op.order.latency.p95 < 20ms"
goal "pg-users.availability > 99.9%"
-- What readers miss: little, and briefly.
goal "pg.stale_reads > 0.01%"
goal "pg.stale_reads < 0.2%"
goal "pg.stale_age.mean < 20ms"
goal "pg.lag.p99 < 30ms"
-- Each copy adds its 667 reads a second, and no writes.
for n = 1, 4 do
  goal("read-" .. n .. "-users.throughput > " .. 630 * n .. "/s")
  goal("read-" .. n .. "-users.throughput < " .. 680 * n .. "/s")
end
for _, n in ipairs { 1, 4 } do
  goal("write-" .. n .. "-users.throughput > 495/s")
  goal("write-" .. n .. "-users.throughput < 501/s")
end
-- One's own order, in half of 120 looks and orders a second.
goal "own.own_write_missed > 100"
goal "told.own_write_missed < 1"
run { duration = "45s", warmup = "5s", replications = 4 }
