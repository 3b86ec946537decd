-- A shop sells from a warehouse of its own in Europe and in Asia, and both write its one stock:
-- does each region write at once and sort it out later, or do they agree on each sale first?
--
-- Covers A19.
-- "later" answers a sale where it is made and tells the other regions; of two sales of an article
-- that knew nothing of each other the earlier one is lost from the stock. "first" has each sale
-- certified by two of three copies before it is answered (the third one stands in America and only
-- votes): no sale is lost, one that another was quicker with fails and is tried again, and each
-- waits for an ocean. Conflicts grow with the square of the sales ("busy" sells twice as much as
-- "later") and with the lag: "calm" and "slow" are never cut off, but what "slow" tells the other
-- regions takes five times as long; by chance two sales of 20/s in each region meet the same of
-- 1000 articles within that time 2 x 20 x 20 / 1000 x lag a second. While Asia is cut off, "later"
-- goes on there, and loses sales by the hundred; "first" sells nothing there, and Europe does not
-- notice. Loads and times of work are assumed; distances are those between continents.
--
-- Off: conflict=lww  certified or not, updates are lost
-- Off: cut=false  both regions sell all the time
-- Off: lag=80ms  nothing takes longer than elsewhere, and no more sales conflict
-- Off: retries=1  a sale that another one was quicker with has failed
-- Answer: later.lost_updates
local conflict = param { "conflict", "abort", doc = "what `first` does about conflicts" }
local cut = param { "cut", true, doc = "whether Asia is cut off for a while" }
local lag = param { "lag", "400ms", doc = "from Europe to Asia for `slow`" }
local retries = param { "retries", 4, doc = "how often a till tries a sale in all" }

region "eu" { zones = { "eu-1", "eu-2" } }
region "us" { zones = { "us-1", "us-2" } }
region "asia" { zones = { "asia-1", "asia-2" } }
path { from = "eu", to = "asia", latency = "80ms" }
path { from = "eu", to = "us", latency = "45ms" }
path { from = "us", to = "asia", latency = "60ms" }

path { from = "eu-2", to = "asia-2", latency = lag }

local function shop(name, copies, rate, site)
  local eu, asia, us = "eu-" .. site, "asia-" .. site, "us-" .. site
  for _, zone in ipairs { eu, asia } do
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
  copies.zone = { eu, asia, us }
  copies.leaders = "all"
  copies.read = "nearest"
  copies.timeout = site == 2 and "2s" or "500ms"
  database(name) {
    workers = 4,
    read = exponential "1ms",
    write = exponential "2ms",
    read_ops = { "look" },
    write_ops = { "sell" },
    copies = copies,
  }
end
shop("later", {}, "100/s", 1)
shop("busy", {}, "200/s", 1)
shop("calm", {}, "100/s", 1)
shop("slow", {}, "100/s", 2)
shop("first", { conflict = conflict }, "100/s", 1)

if cut then
  for _, name in ipairs { "later", "busy", "first" } do
    fault { partition { name .. "[1]", name .. "[2]" }, at = "40s", lasts = "40s" }
    fault { partition { name .. "[2]", name .. "[3]" }, at = "40s", lasts = "40s" }
  end
end

goal "later.lost_updates > 400"
goal "busy.conflicts > 1400"
goal "later.conflicts < 700"
-- 0.064 and 0.32 a second, for 115 s.
goal "calm.conflicts < 12"
goal "slow.conflicts > 25"
goal "slow.conflicts < 60"
goal "later-asia-1.op.sell.latency.p99 < 20ms"
goal "later-asia-1.op.sell.availability > 99.9%"
goal "first.lost_updates < 1"
goal "first-eu-1.op.sell.latency.p50 > 90ms"
goal "first-asia-1.op.sell.latency.p50 > 120ms"
goal "first-eu-1.op.sell.availability > 99.75%"
goal "first-asia-1.op.sell.availability < 75%"

run { duration = "120s", warmup = "5s", replications = 10 }
