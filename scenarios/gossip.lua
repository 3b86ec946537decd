-- Servers that are all equal tell each other by gossip which features are switched on: how long
-- does it take until all know, is any of them needed for it, and who is left out when messages get
-- lost?
--
-- Covers F11.
-- Five times a minute somebody switches one of 20 features at any of the servers, and each server
-- decides by what it knows itself. Every 200 ms a server tells three others what it has heard
-- lately (the defaults of HashiCorp's memberlist). The number that knows is multiplied in each
-- round, so 64 times as many servers take less than three times as long: the logarithm counts
-- (Pittel, On Spreading a Rumor, 1987). Of "hit" a third crash at once for a minute; nothing leads
-- here, so the others go on, and those that come back learn what they missed when they compare all
-- that they know with one other. "noisy" loses every third message, and each server tells an update
-- four times only: some never hear of it unless they compare, too.
--
-- Off: fanout=1  one other in a round: it takes three times as long
-- Off: tells=2  who tells two others only leaves every fifth server out
-- Off: compare=false  who was left out, or away, is never told
-- Off: retry=1  who asks a server that is down does not ask another one
-- Answer: big.spread.p99
local fanout = param { "fanout", 3, doc = "servers that one tells in a round" }
local tells = param { "tells", 16, doc = "how often a server tells the same update" }
local compare = param { "compare", true, doc = "whether servers compare all that they know" }
local retry = param { "retry", 3, doc = "servers that a user asks at most" }

region "dc" { zones = { "calm", "noise" } }
path { from = "calm", to = "calm", latency = exponential "1ms" }
path { from = "noise", to = "noise", latency = exponential "1ms", loss = "30%" }

local flags = uniform_keys { n = 20 }
local function servers(name, n, more)
  client(name .. "-admin") {
    arrivals = poisson "5/min", mix = { write = 1 }, target = name, keys = flags, timeout = "1s",
    retry = { attempts = retry, backoff = "10ms" },
  }
  client(name .. "-users") {
    arrivals = poisson "25/s", mix = { read = 1 }, target = name, keys = flags, timeout = "1s",
    retry = { attempts = retry, backoff = "10ms" },
  }
  peers(name) {
    instances = n, zone = more.zone or "calm",
    gossip = { fanout = fanout, tells = more.tells or tells, sync = more.sync },
  }
end
servers("small", 16, {})
servers("big", 1024, {})
local sync = compare and "10s" or nil
servers("hit", 120, { sync = sync })
for i = 1, 40 do
  fault { crash("hit[" .. i .. "]"), at = "60s", lasts = "60s" }
end
servers("noisy", 120, { sync = sync, tells = 4, zone = "noise" })

-- 64 times as many servers take less than four times as long.
goal "small.spread.mean < 500ms"
goal "big.spread.mean < 1.5s"
goal "big.residue < 0.1%"
goal "hit-users.availability > 98%"
goal "hit.stale_reads < 1.2%"
goal "noisy.stale_reads < 2.5%"

run { duration = "180s", warmup = "10s", replications = 5 }
