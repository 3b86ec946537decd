-- A chat: do 99.9 % of all messages reach who is online, or the inbox of who is not, within a
-- second, also when a gateway crashes and all who were connected to it come again?
--
-- Covers A03.
-- A million users a day, scaled down to a peak of 6000 who are online and 200 messages a second.
-- Each holds a connection to one of four gateways, on which a request waits for news. A message is
-- published to its room and handed to those who fan it out: to the gateway that holds the
-- receiver's connection, or, for the third who are offline, to the inbox. When the gateway is gone,
-- so is the receiver: the message goes to the inbox. After a crash 1500 users open connections,
-- each of which costs a gateway 20 ms; they come at times spread over half a minute.
--
-- Off: spread=10ms  all come at once, and messages wait behind their handshakes
-- Off: inbox=false  a message whose gateway is gone is tried again until that is back
-- Answer: fanout.end_to_end.p999
local spread = param { "spread", "30s", doc = "over which users come again" }
local inbox = param { "inbox", true, doc = "whether the inbox takes what a gateway cannot" }

client "online" {
  arrivals = closed { users = 6000, think = "0s" }, target = "door", mix = { poll = 1 },
  retry = { attempts = 20, on = { "reset", "refused" },
            backoff = exponential { base = spread, cap = spread, jitter = "full" } },
}
client "writers" {
  arrivals = poisson "200/s", target = "edge", mix = { send = 1 }, timeout = "5s",
  keys = uniform_keys { n = 20000 },
  retry = { attempts = 3, backoff = "100ms", on = { "reset", "refused" } },
}

-- Who is online keeps a connection for as long as a request waits on it; what writers send goes
-- over connections that are kept.
local checks = { interval = "1s", timeout = "500ms" }
load_balancer "door" { backends = "gateway", health_check = checks }
path { from = "door", to = "gateway", latency = "1ms", transport = "tcp",
       connect = { tls = "1.3", keep = "1ms" } }
load_balancer "edge" { backends = "gateway", health_check = checks }
path { from = "edge", to = "gateway", latency = "1ms", transport = "tcp",
       connect = { tls = "1.3", keep = "10min" } }
service "gateway" {
  instances = 4, workers = 4, io = "async", accept = { handshake = "20ms" },
  on = {
    poll = { sleep(uniform { "60s", "180s" }) },
    send = { work "0.3ms", publish { "rooms", key = true } },
    push = { work "0.1ms" },
  },
}

topic "rooms" { capacity = 100000 }
-- The gateway of a receiver is that of its key.
load_balancer "holders" { algorithm = "consistent_hash", by = "key", backends = "gateway" }
local store = { call { "inbox", op = "write" } }
service "fanout" {
  instances = 2, workers = 32,
  subscribe = { "rooms", group = "fanout", prefetch = 100, backoff = "1s" },
  on = {
    work "0.5ms",
    branch {
      p = "66%",
      call { "holders", op = "push", timeout = "300ms", fallback = inbox and store or nil },
      otherwise = store,
    },
  },
}
database "inbox" { workers = 16, read = "2ms", write = exponential "3ms" }

fault { crash "gateway[2]", at = "3min", lasts = "20s" }

goal "fanout.end_to_end.p999 < 1s"
goal "writers.latency.p999 < 1s"
goal "writers.availability > 99.9%"
goal "rooms.lost == 0"

run { duration = "6min", warmup = "2min", replications = 4 }
