-- The payment provider hangs for two minutes: does browsing go on, and are orders still taken?
--
-- Covers G03.
-- A checkout waits one second for the provider at most. Then the order is taken with payment to
-- follow: one more write that a later job reads. The same shop without that stands beside it. Loads
-- and times of work are assumed.
--
-- Off: fallback=false  checkouts fail as long as the provider hangs
-- Off: timeout=never  workers wait for the provider until none is left, and browsing fails too
-- Answer: shoppers.op.checkout.availability
local fallback = param { "fallback", true, doc = "whether orders are taken with payment to follow" }
local timeout = param { "timeout", "1s", doc = "how long a checkout waits for the provider" }

-- shop NAME, LATER: one whose checkout takes the steps of LATER when the payment fails.
local function shop(name, later)
  local suffix = name == "shoppers" and "" or "-" .. name
  client(name) {
    arrivals = poisson "200/s", target = "shop" .. suffix, timeout = "3s",
    mix = { browse = 0.95, checkout = 0.05 },
  }
  service("shop" .. suffix) {
    workers = 50, queue = 200,
    on = {
      browse = { work(exponential "10ms"), call { "db" .. suffix, op = "read" } },
      checkout = {
        work(exponential "20ms"),
        call { "payment", timeout = timeout, fallback = later and later("db" .. suffix) or nil },
        call { "db" .. suffix, op = "write" },
      },
    },
  }
  database("db" .. suffix) { workers = 8, read = exponential "5ms", write = exponential "8ms" }
end

shop("shoppers", fallback and function(db) return { call { db, op = "write" } } end)
shop("others")

-- A provider takes some hundred milliseconds.
service "payment" { work = lognormal { p50 = "150ms", p99 = "600ms" } }
fault { hang "payment", at = "120s", lasts = "120s" }

goal "shoppers.op.browse.availability >= 99.99%"
goal "shoppers.op.browse.latency.p99 < 100ms"
goal "shoppers.op.checkout.availability >= 99.9%"
-- Without the second way: a fifth of the run's checkouts fail, and browsing goes on all the same.
goal "others.op.checkout.availability < 85%"
goal "others.op.browse.availability >= 99.99%"
-- The two minutes themselves, which the figures of the whole run water down: every checkout of the
-- others fails then, one request in twenty, and all is as before once the provider answers again.
goal { "shoppers.availability >= 99.9%", during = "hang payment" }
goal { "others.availability < 96%", during = "hang payment" }
goal { recovers = "others.availability", within = "10s", after = "hang payment" }

run { duration = "11min", warmup = "60s", replications = 4 }
