-- An order is written to a database and told to others by a message: how many orders does nobody
-- hear of when the broker is away for a while, and how many with an outbox?
--
-- Covers I01.
-- Both shops take 50 orders a second. "plain" writes an order and then publishes it: while the
-- broker is away the order is there, its message is not, and the customer hears that it failed.
-- "safe" writes the message down together with the order, and a relay publishes it when the
-- broker is back: every order is told, and no customer waits for the broker. When the database
-- crashes, the relay does not know which messages have arrived, and publishes them again: those
-- who get them have to remember what they have seen. Loads, work and outages are assumed.
--
-- Off: outbox=false  both shops write and then publish
-- Off: dedup=0s  what the relay publishes again is done again
-- Answer: plain-mail.consumed
local outbox = param { "outbox", true, doc = "whether the second shop has an outbox" }
local dedup = param { "dedup", "1h", doc = "how long those who get messages remember them" }

local function shop(name, relays)
  client(name .. "-till") {
    arrivals = constant "50/s",
    mix = { order = 1 },
    target = name,
    timeout = "5s",
  }
  local db = { workers = 4, write = exponential "5ms", write_ops = { "order" } }
  local order = { work "1ms", call(name .. "-db") }
  if relays then
    db.outbox = { topic = name .. "-events", every = "100ms" }
  else
    order[3] = publish { name .. "-events", timeout = "500ms" }
  end
  service(name) { workers = 64, on = { order = order } }
  database(name .. "-db")(db)
  topic(name .. "-events") { write = exponential "100ms" }
  service(name .. "-mail") {
    workers = 8,
    work = exponential "10ms",
    subscribe = { name .. "-events", dedup = dedup },
  }
  fault { crash(name .. "-events"), at = "30s", lasts = "20s" }
  for at = 70, 110, 5 do
    fault { crash(name .. "-db"), at = at .. "s", lasts = "50ms" }
  end
end
shop("plain", false)
shop("safe", outbox)

goal "plain-db.writes > 5950"
goal "plain-mail.consumed < 5050"
goal "plain-till.availability < 84%"
goal "safe-db.writes > 5950"
goal "safe-mail.consumed > 5900"
goal "safe-till.availability > 98.5%"
goal "safe-till.latency.p95 < 100ms"
goal "safe-mail.duplicates < 1"

run { duration = "120s", warmup = "0s", replications = 10 }
