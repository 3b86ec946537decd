-- A server restarts and all its users connect again: how long do handshakes keep it busy?
--
-- Covers B12.
-- 2000 users with a connection each send a request every 10 s: 200/s, 2 ms of work, four tenths of
-- one core. Cold requests take two round trips more than warm ones (TCP, then TLS 1.3). After the
-- restart nobody has a connection: 200 handshakes a second of 5 ms are one core more than there is,
-- and requests wait for seconds. If four of five sessions are resumed, whose handshakes sign
-- nothing, nobody notices.
--
-- Off: handshake=0ms  handshakes cost no work
-- Off: resume=0%  the second server gets the same storm
-- Answer: path.full.full-edge.setup.p95
local handshake = param { "handshake", "5ms", doc = "work of a full handshake" }
local resume = param { "resume", "80%", doc = "of the second server's handshakes" }

-- site NAME: users with a connection each and their server.
local function site(name, resumed)
  client(name) { instances = 2000, target = name .. "-edge",
    arrivals = closed { users = 1, think = exponential "10s" },
    retry = { attempts = 20, backoff = "200ms" } }
  service(name .. "-edge") { workers = 1, work = "2ms",
    accept = { handshake = handshake, resumed = "100us" } }
  path { from = name, to = name .. "-edge", latency = "10ms", transport = "tcp",
    connect = { keep = "never", tls = "1.3", resume = resumed } }
  fault { crash(name .. "-edge"), at = "120s", lasts = "1s", name = name .. "-restart" }
end

site("full", "0%")
site("resumed", resume)

goal "full.latency.p50 < 30ms"
goal "full.availability == 100%"
goal "full.latency.p99 > 1s"
goal "path.full.full-edge.setup.p95 > 500ms"
goal "resumed.latency.p99 < 500ms"
goal "path.resumed.resumed-edge.setup.p50 > 40ms"
goal "path.resumed.resumed-edge.setup.p95 < 400ms"

run { duration = "240s", warmup = "60s", replications = 10 }
