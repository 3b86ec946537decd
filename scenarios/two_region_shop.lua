-- A shop sells from a warehouse of its own in Europe and in Asia, and both write its one stock:
-- does each region write at once and sort it out later, or do they agree on each sale first?
--
-- Covers A19.
-- "later" answers a sale where it is made and tells the other regions; of two sales of an article
-- that knew nothing of each other the earlier one is lost from the stock. "first" has each sale
-- certified by two of three copies before it is answered (the third one stands in America and only
-- votes): no sale is lost, one that another was quicker with fails and is tried again, and each
-- waits for an ocean. Conflicts grow with the square of the sales: "busy" sells twice as much as
-- "later". While Asia is cut off, "later" goes on there, and loses sales by the hundred; "first"
-- sells nothing there, and Europe does not notice.
--
-- Off: conflict=lww  certified or not, updates are lost
-- Off: cut=false  both regions sell all the time
-- Off: retries=1  a sale that another one was quicker with has failed
-- Answer: later.lost_updates
local conflict = param { "conflict", "abort", doc = "what `first` does about conflicts" }
local cut = param { "cut", true, doc = "whether Asia is cut off for a while" }
local retries = param { "retries", 4, doc = "how often a till tries a sale in all" }

region "eu" { zones = "eu-1" }
region "us" { zones = "us-1" }
region "asia" { zones = "asia-1" }
path { from = "eu", to = "asia", latency = "80ms" }
path { from = "eu", to = "us", latency = "45ms" }
path { from = "us", to = "asia", latency = "60ms" }

local function shop(name, copies, rate)
  for _, zone in ipairs { "eu-1", "asia-1" } do
    client(name .. "-" .. zone) {
      arrivals = poisson(rate),
      mix = { look = "80%", sell = "20%" },
      keys = uniform_keys { n = 1000 },
      zone = zone,
      target = name,
      timeout = "3s",
      retry = { attempts = retries, backoff = exponential { base = "100ms", cap = "1s" } },
    }
  end
  copies.n = 3
  copies.zone = { "eu-1", "asia-1", "us-1" }
  copies.leaders = "all"
  copies.read = "nearest"
  copies.timeout = "500ms"
  database(name) {
    workers = 4,
    read = exponential "1ms",
    write = exponential "2ms",
    read_ops = { "look" },
    write_ops = { "sell" },
    copies = copies,
  }
end
shop("later", {}, "100/s")
shop("busy", {}, "200/s")
shop("first", { conflict = conflict }, "100/s")

if cut then
  for _, name in ipairs { "later", "busy", "first" } do
    fault { partition { name .. "[1]", name .. "[2]" }, at = "40s", lasts = "40s" }
    fault { partition { name .. "[2]", name .. "[3]" }, at = "40s", lasts = "40s" }
  end
end

goal "later.lost_updates > 400"
goal "busy.conflicts > 1400"
goal "later.conflicts < 700"
goal "later-asia-1.op.sell.latency.p99 < 20ms"
goal "later-asia-1.op.sell.availability > 99.9%"
goal "first.lost_updates < 1"
goal "first-eu-1.op.sell.latency.p50 > 90ms"
goal "first-asia-1.op.sell.latency.p50 > 120ms"
goal "first-eu-1.op.sell.availability > 99.75%"
goal "first-asia-1.op.sell.availability < 75%"

run { duration = "120s", warmup = "5s", replications = 10 }
