-- Twelve hundred users each hold a WebSocket to one of three gateways, which are deployed one
-- after the other: what do the users notice when all of one gateway come again at once, how many
-- does each gateway hold afterwards, and what evens that out?
--
-- Covers E03.
-- A handshake costs a gateway 10 ms, and 400 users lose theirs at each step: if they come at once,
-- the two that are left have 200 handshakes each to do, two seconds of work, behind which requests
-- wait too. The gateway that was deployed last has nobody, since nobody moves. Users who come again
-- at times spread over half a minute make no storm, but stay where they came; who moves to another
-- connection every five minutes or so finds each gateway again. Numbers of users and the work of a
-- handshake are assumed.
--
-- Off: spread=0s  all who lost their connection come again at once
-- Off: age=10h  connections that are kept for as long as they hold stay where they are
-- Off: deploy=10h  nobody loses anything
-- Answer: spread.latency.p999
local spread = param { "spread", "30s", doc = "over which users come again" }
local age = param { "age", "5min", doc = "how old a connection gets, on average" }
local deploy = param { "deploy", "4min", doc = "when the first gateway is stopped" }

local function design(name, again, renew)
  client(name) {
    arrivals = closed { users = 1200, think = exponential "60s" }, target = name .. "-lb",
    timeout = "10s",
    session = {
      lasts = "8h", again = again, renew = renew, attempts = 20,
      backoff = exponential { base = "1s", cap = "30s", jitter = "full" },
    },
  }
  load_balancer(name .. "-lb") {
    backends = name .. "-gateway", algorithm = "least_connections",
  }
  path { from = name .. "-lb", to = name .. "-gateway", latency = "1ms", transport = "tcp",
    connect = { tls = "1.3", keep = "1ms" } }
  service(name .. "-gateway") {
    instances = 3, workers = 1, io = "async", work = exponential "2ms",
    accept = { handshake = "10ms" }, start = "5s", drain = "5s",
  }
  for i = 1, 3 do
    fault { stop(name .. "-gateway[" .. i .. "]"), at = deploy + "1min" * (i - 1), lasts = "15s" }
  end
end
design("storm", "0s", nil)
design("spread", uniform { "0s", spread }, nil)
design("moved", uniform { "0s", spread }, exponential(age))

goal "storm.sessions.lost > 1100"
goal "path.storm-lb.storm-gateway.setup.p95 > 1s"
goal "path.spread-lb.spread-gateway.setup.p95 < 200ms"
-- The last one has nobody afterwards, until connections are renewed.
goal "storm-gateway[3].sessions < 130"
goal "moved-gateway[3].sessions > 350"
goal "moved.availability > 99.9%"

run { duration = "25min", warmup = "3min", replications = 4 }
