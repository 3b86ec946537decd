-- A food delivery service wants to be there 99.99 % of the year, all but 52.6 minutes: with
-- everything twice or three times in three zones, is it, and what costs most of those minutes?
--
-- Covers A13.
-- Guests look at menus and order through one of two balancers in different zones. Three servers
-- take menus from a cache, and without it from the database, of whose three copies a manager
-- makes another one the primary; orders go to the database and by three brokers to the kitchens.
-- A year of failures happens in a month: each is twelve times as frequent as it is and takes as
-- long as it does, so that the minutes lost in the month are those of a year, and each
-- replication is a year of its own. Only independent failures that meet come twelve times too
-- often. To see what something costs, let it never fail (`perfect`). Bad releases, which take
-- all servers, cost most, then zones; what is there twice costs little. Rates of failures and times
-- of repair are assumed.
--
-- Off: standby=false  the database waits for its primary to come back
-- Off: zones=1  what takes the zone takes everything
-- Off: edges=1  nobody gets in while the balancer is down
-- Off: brokers=1  orders fail with the one broker
-- Off: spare=false  menus fail with the cache
-- Try: perfect=release  or zone, broker, database, edge, cache, server: a year without those
-- Answer: guests.availability
local standby = param { "standby", true, doc = "whether another copy of the database takes over" }
local zones = param { "zones", 3, doc = "over which everything is spread" }
local edges = param { "edges", 2, doc = "balancers" }
local brokers = param { "brokers", 3, doc = "copies of each part of the queue" }
local spare = param { "spare", true, doc = "without the cache menus come from the database" }
local perfect = param { "perfect", "none", doc = "what never fails" }
local all = { "a", "b", "c" }
local function zone(i) return all[(i - 1) % zones + 1] end
local spread = {}
for i = 1, 3 do spread[i] = zone(i) end
region "city" { zones = { table.unpack(all, 1, zones) } }
region "homes" { zones = { "phones" } }
path { from = "homes", to = "city", latency = "20ms" }

client "guests" {
  zone = "phones", arrivals = poisson "1/min", mix = { browse = "80%", order = "20%" },
  target = "entry", timeout = "20s", keys = zipf { n = 2000, s = 0.9 },
}
local check = { interval = "10s", timeout = "2s", fall = 2, rise = 2 }
local entries = {}
for i = 1, edges do
  entries[i] = "edge_" .. i
  load_balancer(entries[i]) {
    zone = zone(i), backends = { "app" }, health_check = check,
    timeout = "7s", retry = { attempts = 2, budget = "20%" },
  }
end
dns "entry" { backends = entries, ttl = "30s", health_check = edges > 1 and check or nil }

local again = { attempts = 3, backoff = exponential { base = "200ms", cap = "1s" }, budget = "20%" }
local from_db = spare and { call { "db", op = "read", timeout = "1s" } } or nil
service "app" {
  instances = 3, zone = spread, workers = 50,
  on = {
    browse = { work "5ms", call { "menus", op = "read", timeout = "1s", fallback = from_db } },
    order = {
      work "10ms", call { "db", op = "write", timeout = "1s", retry = again },
      publish { "orders", timeout = "1s", retry = again, acks = "all", key = true },
    },
  },
}
cache "menus" { zone = zone(1), origin = "db", ttl = "1h", capacity = 10000 }
database "db" {
  read = exponential "3ms", write = exponential "8ms", workers = 8,
  copies = { n = 3, zone = spread, write = "quorum", fence = standby or nil },
}
if standby then
  control "manager" {
    heartbeat = "db", every = "15s", timeout = "1s", fails = 2, zone = zone(3),
    act = promote { "db", takes = "20s" },
  }
end
topic "orders" {
  partitions = 6, zone = brokers == 1 and zone(2) or nil,
  copies = brokers > 1 and { n = brokers, zone = spread, min_insync = 2, session = "10s" } or nil,
}
service "kitchens" {
  instances = 2, zone = spread, workers = 4, work = exponential "100ms", subscribe = { "orders" },
}

local year = 8760 / 12 -- hours of a year, twelve times as fast
local function fails(what, target, times_a_year, lasts)
  if what == perfect then return end
  fault {
    crash(target), mttf = exponential(year / times_a_year .. "h"), mttr = exponential(lasts),
  }
end
for i = 1, 3 do
  fails("server", "app[" .. i .. "]", 12, "2min")
  fails("database", "db[" .. i .. "]", 4, "30min")
  fails("broker", brokers > 1 and "orders[" .. i .. "]" or "orders", 6, "10min")
end
for i = 1, zones do fails("zone", all[i], 1, "2h") end
for i = 1, edges do fails("edge", entries[i], 2, "10min") end
fails("cache", "menus", 6, "10min")
fails("release", "app", 4, "5min") -- a bad release takes all servers

goal "guests.availability >= 99.88%" -- 52.6 min of a month
goal "guests.op.order.availability >= 99.8%"
if perfect ~= "zone" then goal { "guests.availability >= 70%", during = "crash a" } end
if perfect ~= "edge" then goal { "guests.availability >= 60%", during = "crash edge_1" } end
run { duration = "730h", replications = 20 }
