-- A chat: do 99.9 % of all messages reach who is online, or the inbox of who is not, within a
-- second, even when a gateway crashes and all who were connected to it come again?
--
-- Covers A03.
-- A million users a day, scaled down to a peak of 6000 who are online and 200 messages a second.
-- Each holds a connection to one of four gateways. A message is published to its room, and those
-- who fan it out give it to all gateways, each of which passes it on to who is in the room and
-- connected to it; and before that to the inbox, for those of the room who are offline. When a
-- gateway is gone, so are those who were connected to it, and find the message in the inbox. After
-- a crash 1500 users open connections, each of which costs a gateway 20 ms; they come at times
-- spread over half a minute. Times of work and the share of who is online are assumed.
--
-- Off: spread=10ms  all come at once, and messages wait behind their handshakes
-- Off: inbox=false  a message is tried again until the gateway that is gone is back
-- Answer: fanout.end_to_end.p999
local spread = param { "spread", "30s", doc = "over which users come again" }
local inbox = param { "inbox", true, doc = "whether the inbox stands in for a gateway" }

client "online" {
  arrivals = closed { users = 6000, think = uniform { "60s", "180s" } }, target = "door",
  mix = { beat = 1 }, timeout = "10s",
  session = { lasts = "8h", again = uniform { "0s", spread }, attempts = 20,
              backoff = exponential { base = "1s", cap = "30s", jitter = "full" } },
}
client "writers" {
  arrivals = poisson "200/s", target = "edge", mix = { send = 1 }, timeout = "5s",
  keys = uniform_keys { n = 20000 },
  retry = { attempts = 3, backoff = "100ms", on = { "reset", "refused" } },
}

-- Who is online holds a connection and sends a beat now and then; what writers send goes over
-- connections that are kept.
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
    beat = { work "0.1ms" },
    send = { work "0.3ms", publish { "rooms", key = true } },
    push = { work "0.1ms" },
  },
}

topic "rooms" { capacity = 100000 }
service "fanout" {
  instances = 2, workers = 32,
  subscribe = { "rooms", group = "fanout", prefetch = 100, backoff = "1s" },
  on = {
    work "0.5ms",
    call { "inbox", op = "write" },
    call { "gateway", op = "push", each = true, need = inbox and 3 or 4, timeout = "300ms" },
  },
}
database "inbox" { workers = 16, read = "2ms", write = exponential "3ms" }

fault { crash "gateway[2]", at = "3min", lasts = "20s" }

goal "fanout.end_to_end.p999 < 1s"
goal "writers.latency.p999 < 1s"
goal "writers.availability > 99.9%"
goal "rooms.lost == 0"

run { duration = "6min", warmup = "2min", replications = 4 }
