-- An order reserves the goods, charges the card and books the parcel, each in a store of its own:
-- how many orders are half done when the third store or the order service itself crashes?
--
-- Covers I01.
-- "none" makes one write after the other: what was done before one fails stays. "saga" undoes the
-- earlier ones by writes of their own (release, refund), and notes on its disk what it does, so
-- that it goes on with that after a crash. A saga that is in memory alone undoes what fails, and
-- forgets what it was at when it crashes. Loads, work and how often things crash are assumed.
--
-- Off: commit=none  half done when a later write fails, or the service crashes
-- Off: durable=false  half done when the service crashes
-- Answer: saga.compensated
local commit = param { "commit", "saga", doc = "what holds the writes of an order together" }
local durable = param { "durable", true, doc = "whether a saga is on disk" }

local function shop(name, how)
  local stock, card, parcel = name .. "-stock", name .. "-card", name .. "-parcel"
  client(name .. "-till") {
    arrivals = poisson "40/s",
    keys = uniform_keys { n = 100000 },
    target = name,
  }
  local undo = { stock = "release", card = "refund", parcel = "cancel" }
  local on_disk = durable
  if how ~= "saga" then undo, on_disk = {}, nil end
  service(name) {
    workers = 64,
    on = {
      transaction {
        call { stock, op = "reserve", compensate = undo.stock, timeout = "1s" },
        call { card, op = "charge", compensate = undo.card, timeout = "1s" },
        call { parcel, op = "book", compensate = undo.parcel, timeout = "1s" },
        commit = how,
        durable = on_disk,
      },
    },
  }
  local function store(of, op, undone_by)
    database(of) { workers = 8, write = exponential "20ms", write_ops = { op, undone_by } }
  end
  store(stock, "reserve", undo.stock)
  store(card, "charge", undo.card)
  store(parcel, "book", undo.parcel)
  fault { crash(parcel), at = "30s", lasts = "5s" }
  fault { crash(name), mttf = exponential "10s", mttr = exponential "1s" }
end
shop("none", "none")
shop("saga", commit)

goal "none.half_applied > 100"
goal "saga.half_applied < 1"
goal "saga.compensated > 100"
run { duration = "120s", warmup = "5s", replications = 10 }
