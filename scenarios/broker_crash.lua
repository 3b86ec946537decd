-- Three brokers keep each message and two of them are killed in turn: how many messages are lost
-- when their publisher waits for no broker, for one, or for all in sync, and what does it cost to
-- let a broker lead that has not kept up?
--
-- Covers F07.
-- Six partitions, 300 messages a second, 50 ms between the brokers. With acks = 0 a shop never
-- hears of the messages that it sends to a dead leader for 9 s, until another one leads. With
-- acks = 1 it does, and sends them again; lost is what the others had not fetched, 50 ms of the
-- messages of the partitions that it led. With acks = "all" that was not acknowledged, and nothing
-- is lost.
-- In two more topics all brokers but the first have been down for long when that dies, too, and
-- those who read are down meanwhile. Then nobody may lead until it is back, or, with `unclean`, one
-- that was out of sync: messages go on, and those that it does not have are gone. Loads, distances
-- and outages are assumed.
--
-- Off: acks=1  acknowledged before the others have it
-- Off: unclean=true  one that is out of sync may lead
-- Answer: one.lost
local acks = param { "acks", "all", doc = "what the third shop waits for (1: the leader)" }
local unclean = param { "unclean", false, doc = "whether the fourth topic lets anybody lead" }
if acks ~= "all" then acks = 1 end

region "site" { zones = { "a", "b", "c" } }
path { from = "a", to = "b", latency = "50ms" }
path { from = "b", to = "c", latency = "50ms" }
path { from = "a", to = "c", latency = "50ms" }

local function system(name, acks_, unclean_)
  local step = { name, key = true, acks = acks_ }
  if acks_ ~= 0 then
    step.timeout = "15s"
    step.retry = { attempts = 30, backoff = exponential { base = "100ms", cap = "1s" } }
  end
  client(name .. "-users") {
    arrivals = poisson "300/s", target = name .. "-shop", keys = uniform_keys { n = 1000 },
  }
  service(name .. "-shop") { workers = "unlimited", on = { default = { publish(step) } } }
  topic(name) {
    partitions = 6, dedup = "5min",
    copies = { n = 3, zone = { "a", "b", "c" }, unclean = unclean_ },
  }
  service(name .. "-stock") { workers = 8, on = { work "5ms" }, subscribe = { name } }
end
for name, acks_ in pairs { none = 0, one = 1, all = acks } do
  system(name, acks_, false)
  fault { crash(name .. "[1]"), at = "25s", lasts = "15s" }
  fault { crash(name .. "[2]"), at = "60s", lasts = "15s" }
end
for name, unclean_ in pairs { waits = unclean, goes_on = true } do
  system(name, "all", unclean_)
  fault { crash(name .. "[2]"), at = "20s", lasts = "45s" }
  fault { crash(name .. "[3]"), at = "20s", lasts = "45s" }
  fault { crash(name .. "-stock"), at = "40s", lasts = "10s" }
  fault { crash(name .. "[1]"), at = "45s", lasts = "40s" }
end

goal "none.lost > 1000"
goal "one.lost > 0"
goal "one.lost < 100"
goal "all.lost < 1"
goal "all-users.availability >= 99.9%"
goal "waits.lost < 1"
goal "goes_on.lost > 100"
run { duration = "100s", warmup = "10s", replications = 4 }
