-- A shop in which something dies each minute, a payment server, the primary of its orders, the
-- cache, a broker, a consumer, a server of its own: is any order lost that a customer was told of,
-- and do customers notice?
--
-- Covers A17.
-- Every part is there more than once, and every call can be made again somewhere else: the
-- balancers check their servers; a call that failed is made again; three copies of the orders elect
-- their primary (Raft), which answers when two have an order; the cache's place is taken by the
-- database, and asked no more for a while when it only hangs; three brokers have each event before
-- it is acknowledged; and an order has a number, which the database knows again, so that writing it
-- twice is writing it once. One order in two hundred can never be worked on in the warehouse: its
-- event goes where a person looks at it. Loads, times of work and of outages are assumed.
--
-- Off: payments=1  the only payment server dies
-- Off: elect=false  nobody takes the place of the primary
-- Off: brokers=1  the only broker dies, and orders fail with it
-- Off: fallback=false  nobody reads while the cache is down
-- Off: breaker=false  who browses waits half a second for a cache that hangs
-- Off: keep=0s  an order that is sent again is written again
-- Off: checks=false  a third of the payments meet a server that hangs
-- Off: deliveries=0  events that nobody can work on come again for ever
-- Answer: customers.op.order.availability
local payments = param { "payments", 3, doc = "payment servers" }
local elect = param { "elect", true, doc = "whether the copies of the orders elect their primary" }
local brokers = param { "brokers", 3, doc = "brokers that have each event" }
local fallback = param { "fallback", true, doc = "whether the database stands in for the cache" }
local breaker = param { "breaker", true, doc = "whether a cache that fails is left alone" }
local keep = param { "keep", "24h", doc = "how long the database knows the numbers of orders" }
local checks = param { "checks", true, doc = "whether the balancers check their servers" }
local deliveries = param { "deliveries", 5, doc = "after which an event is given up; 0: never" }

local health = checks and { interval = "1s", timeout = "500ms", fall = 2, rise = 2 } or nil
local again = { attempts = 6, backoff = exponential { base = "200ms", cap = "2s" } }

client "customers" {
  arrivals = poisson "60/s",
  mix = { browse = "80%", order = "19.9%", odd_order = "0.1%" },
  keys = uniform_keys { n = 100000 },
  target = "front",
  timeout = "30s",
}
load_balancer "front" { backends = { "shop" }, health_check = health }
local order = {
  work "3ms",
  call { "payment", timeout = "1s", retry = { attempts = 3, backoff = "50ms" } },
  call { "orders", op = "write", timeout = "1s", retry = again },
  publish { "events", key = true, timeout = "1s", retry = again,
    acks = brokers > 1 and "all" or nil },
}
service "shop" {
  instances = 3, workers = 200,
  on = {
    browse = {
      work "2ms",
      call { "cache", op = "read", timeout = "500ms",
        breaker = breaker and { failures = 5, open = "5s" } or nil,
        fallback = fallback and { call { "orders", op = "read", timeout = "1s", retry = again } }
          or nil },
    },
    order = order, odd_order = order,
  },
}
load_balancer "payment" { backends = { "payments" }, health_check = health, connect_retries = 2 }
service "payments" { instances = payments, workers = 16, work = exponential "60ms" }
cache "cache" { capacity = 50000, origin = "orders", ttl = "60s" }
database "orders" {
  workers = 16, read = exponential "2ms", write = exponential "4ms",
  idempotency = { keep = keep },
  copies = { n = 3, write = "quorum", elect = elect and { timeout = "1s" } or nil },
}
topic "events" {
  partitions = 6, dedup = "5min",
  copies = brokers > 1 and { n = brokers, min_insync = 2, session = "3s" } or nil,
}
if deliveries > 0 then
  topic "odd" {}
  service "support" { workers = 1, work = exponential "500ms", subscribe = { "odd" } }
end
service "warehouse" {
  instances = 2, workers = 4, on = { default = { work(exponential "20ms") },
    odd_order = { work "20ms", fail() } },
  subscribe = {
    "events", prefetch = 10, visibility = "10s",
    deliveries = deliveries > 0 and deliveries or nil,
    dead_letter = deliveries > 0 and "odd" or nil,
    backoff = exponential { base = "100ms", cap = "2s", jitter = "full" },
  },
}

fault { crash "payments[1]", at = "60s", lasts = "20s" }
fault { hang("payments[" .. math.min(2, payments) .. "]"), at = "120s", lasts = "20s" }
fault { crash "orders[1]", at = "180s", lasts = "20s" }
fault { crash "cache", at = "240s", lasts = "20s" }
fault { crash "events[1]", at = "300s", lasts = "20s" }
fault { crash "warehouse[1]", at = "360s", lasts = "20s" }
fault { crash "shop[1]", at = "420s", lasts = "20s" }
fault { hang "cache", at = "480s", lasts = "20s" }
-- What is written is not acknowledged, and sent again.
fault { partition { "orders", "shop", one_way = true }, at = "540s", lasts = "3s" }

goal "orders.lost_writes == 0"
goal "orders.duplicates == 0"
goal "events.lost < 1"
-- Until the check of a server that died has failed twice, a third of all go there: 1.5 s in 10 min.
goal "customers.op.order.availability > 99.7%"
goal "customers.op.browse.availability > 99.8%"
goal "customers.op.order.latency.p99 < 2s"
goal { "customers.latency.p90 < 300ms", during = "hang cache" }
goal "warehouse.end_to_end.p95 < 1s"
goal "events.redeliveries < 500"

run { duration = "10min", warmup = "10s", replications = 8 }
