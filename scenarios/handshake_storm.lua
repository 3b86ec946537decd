-- What does TLS add to a new connection, by version, with a session that is resumed, and with
-- certificates on both sides; and for how long do handshakes keep a server busy after a restart,
-- when all its users connect again?
--
-- Covers B12.
-- A round trip is 20 ms. Five clients ask rarely, and open a connection each time: round trips are
--   plain    TCP and the request                       2 x 20 ms                           =  40 ms
--   old      TLS 1.2 takes two more                    4 x 20 ms + the signature           =  80 ms
--   new      TLS 1.3 takes one more                    3 x 20 ms + the signature           =  60 ms
--   again    TLS 1.2 that goes on with a session       3 x 20 ms                           =  60 ms
--   mutual   TLS 1.3, and the server looks at the caller's certificate as well
-- and "kept" sends over connections that are there: 20 ms.
-- Then 2000 users with a connection each send a request every 10 s: 200/s, 2 ms of work, four
-- tenths of one core. After the restart nobody has a connection. With a key of RSA-4096 (5 ms for a
-- signature) 200 handshakes a second are one core more than there is, and requests wait for
-- seconds. With ECDSA P-256 (0.1 ms, all of a handshake), or when four of five sessions are
-- resumed, whose handshakes sign nothing, nobody notices. Times on a core are of the order that
-- `openssl speed` shows; to look at a certificate takes 0.5 ms (assumed, a chain of two).
--
-- Off: handshake=0ms  handshakes cost no work
-- Off: ecdsa=5ms  a signature with the smaller key takes as long
-- Off: resume=0%  the second server gets the same storm
-- Off: keep=0s  nobody keeps a connection
-- Off: tls=none  nobody encrypts, and a connection costs one round trip
-- Off: verify=0ms  certificates of callers are looked at for nothing
-- Answer: path.rsa.rsa-edge.setup.p95
local handshake = param { "handshake", "5ms", doc = "work of a full handshake, RSA-4096" }
local ecdsa = param { "ecdsa", "0.1ms", doc = "work of a full handshake, ECDSA P-256" }
local resume = param { "resume", "80%", doc = "of the handshakes of `resumed`" }
local keep = param { "keep", "10min", doc = "how long `kept` keeps a connection" }
local tls = param { "tls", "1.3", doc = "what `new` speaks" }
local verify = param { "verify", "0.5ms", doc = "looking at the certificate of a caller" }

-- ask NAME: a client with a server of its own, who opens a connection for each request.
local function ask(name, connect)
  client(name) { arrivals = constant "0.5/s", target = name .. "-server" }
  service(name .. "-server") { accept = connect.tls and { handshake = handshake,
    resumed = "100us", verify = connect.mutual and verify or nil } or nil }
  path { from = name, to = name .. "-server", latency = "10ms", transport = "tcp",
    connect = connect }
end
ask("plain", {})
ask("old", { tls = "1.2" })
ask("new", { tls = tls })
ask("again", { tls = "1.2", resume = "100%" })
ask("mutual", { tls = "1.3", mutual = true })
ask("kept", { tls = "1.3", keep = keep })

-- site NAME: users with a connection each and their server.
local function site(name, takes, resumed)
  client(name) { instances = 2000, target = name .. "-edge",
    arrivals = closed { users = 1, think = exponential "10s" },
    retry = { attempts = 20, backoff = "200ms" } }
  service(name .. "-edge") { workers = 1, work = "2ms",
    accept = { handshake = takes, resumed = "100us" } }
  path { from = name, to = name .. "-edge", latency = "10ms", transport = "tcp",
    connect = { keep = "never", tls = "1.3", resume = resumed } }
  fault { crash(name .. "-edge"), at = "120s", lasts = "1s", name = name .. "-restart" }
end
site("rsa", handshake, "0%")
site("ecdsa", ecdsa, "0%")
site("resumed", handshake, resume)

-- Connections: round trips, and 5 ms of work where something is signed.
goal "plain.latency.max == 40ms"
goal "old.latency.max == 85ms"
goal "new.latency.max == 65ms"
goal "again.latency.max < 60.2ms"
goal "mutual.latency.max > 65.4ms"
goal "mutual.latency.max < 65.6ms"
goal "kept.latency.max == 20ms"
-- The storm.
goal "rsa.latency.p50 < 30ms"
goal "rsa.availability == 100%"
goal "rsa.latency.p99 > 1s"
goal "path.rsa.rsa-edge.setup.p95 > 500ms"
goal "ecdsa.latency.p99 < 200ms"
goal "resumed.latency.p99 < 500ms"
goal "path.resumed.resumed-edge.setup.p50 > 40ms"
goal "path.resumed.resumed-edge.setup.p95 < 400ms"

run { duration = "240s", warmup = "60s", replications = 6 }
