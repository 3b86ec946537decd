-- A shop's orders time out when its database is slow, and are sent again; so are messages whose
-- consumer is slow: how often is an order written twice, and does a key that says "the same" help?
--
-- Covers I01.
-- The database of orders is slow for ten seconds, and that of invoices later on. Who waits in
-- vain gives up, and does not know that the write is done all the same: the till sends the order
-- again, and the queue its message to the invoices. With a key that is made where the order
-- begins and goes with it, each database does each write once, also when it comes again. It has to
-- remember keys for longer than anybody tries. 24 h is how long Stripe keeps keys; loads and times
-- of work are assumed.
--
-- Off: keep=0s  what is sent again is done again
-- Off: keep=500ms  a key is forgotten before the last one tries
-- Answer: orders.repeated
local keep = param { "keep", "24h", doc = "how long a database remembers keys" }

client "till" {
  arrivals = poisson "50/s",
  keys = uniform_keys { n = 10000 },
  mix = { order = 1 },
  target = "shop",
  timeout = "3s",
  retry = { attempts = 5, backoff = exponential { base = "1s" } },
}
service "shop" {
  workers = 100,
  on = {
    order = {
      work "2ms",
      call { "orders", timeout = "500ms" },
      publish { "invoices", key = true, timeout = "1s" },
    },
  },
}
database "orders" {
  workers = 4,
  write = exponential "10ms",
  write_ops = { "order" },
  idempotency = { keep = keep },
}
topic "invoices" { write = "1ms" }
service "billing" {
  workers = 20,
  on = { work "5ms", call { "ledger", timeout = "5s" } },
  subscribe = { "invoices", visibility = "1s" },
}
database "ledger" {
  workers = 4,
  write = exponential "10ms",
  write_ops = { "order" },
  idempotency = { keep = keep },
}

fault { slow { "orders", factor = 10 }, at = "30s", lasts = "10s" }
fault { slow { "ledger", factor = 20 }, at = "70s", lasts = "10s" }

goal "orders.duplicates < 1"
goal "ledger.duplicates < 1"
goal "orders.repeated > 100"
goal "ledger.repeated > 30"

run { duration = "150s", warmup = "5s", replications = 10 }
