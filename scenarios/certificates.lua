-- A certificate runs out, and the one who says which certificates were revoked becomes slow and
-- then hangs: who is still let in, when new connections are refused, when a revocation that
-- cannot be looked up counts as none, when it counts as one, and when the answer is kept?
--
-- Covers H06.
-- 50 requests a second of callers who connect again each time, and 50 of callers who keep their
-- connections, to a server whose certificate runs out for 30 s. Three gateways get 30 requests a
-- second each from 50 partners, who connect again each time and show certificates of their own,
-- which are checked at the issuer's responder (OCSP): it takes 5 ms, half a second while it is
-- slow, and for 30 s it hangs. Assumed: 10 ms of network, a timeout of 1 s for the look-up, 0.1
-- ms to check a chain of three, 0.4 ms for a handshake with RSA, answers of the responder good
-- for 10 min.
--
-- Off: tls=false  nobody looks at the certificate that runs out
-- Off: soft=false  what cannot be looked up is refused by the soft gateway, too
-- Off: hard=false  the strict gateway lets in what it cannot look up
-- Off: kept=false  the third gateway asks each time
-- Answer: soft.latency.p99
local tls = param { "tls", true, doc = "whether the server's callers use TLS" }
local soft = param { "soft", true, doc = "whether the soft gateway lets in what it cannot look up" }
local hard = param { "hard", true, doc = "whether the hard gateway keeps it out" }
local kept = param { "kept", true, doc = "whether the third gateway keeps answers" }

client "fresh" { arrivals = poisson "50/s", target = "edge", timeout = "3s" }
client "keeping" { instances = 20, arrivals = poisson "2.5/s", target = "edge", timeout = "3s" }
service "edge" { workers = 8, work = "5ms", accept = { handshake = "400us" } }
for _, who in ipairs { "fresh", "keeping" } do
  path { from = who, to = "edge", latency = "10ms", transport = "tcp", connect = {
    tls = tls and "1.3" or "none", keep = who == "keeping" and "never" or "0s" } }
end
fault { expire "edge", at = "60s", lasts = "30s" }

local function gateway(name, ask, lets_in)
  client(name) { arrivals = poisson "30/s", target = name .. "-gateway", timeout = "3s",
    keys = uniform_keys { n = 50 } }
  service(name .. "-gateway") { workers = 100,
    accept = { handshake = "400us", verify = "100us" },
    on = { call { ask, timeout = "1s", fallback = lets_in and {} or { fail "denied" } },
      work "2ms" } }
  path { from = name, to = name .. "-gateway", latency = "10ms", transport = "tcp",
    connect = { tls = "1.3", mutual = true } }
end
gateway("soft", "ocsp", soft)
gateway("hard", "ocsp", not hard)
gateway("stapled", kept and "answers" or "ocsp", false)
cache "answers" { capacity = 100, ttl = "10min", origin = "ocsp", only_if = kept }
service "ocsp" { workers = 100, work = "5ms" }
fault { slow { "ocsp", factor = 100 }, at = "100s", lasts = "30s", name = "slow look-up" }
fault { hang "ocsp", at = "140s", lasts = "30s", name = "no look-up" }

goal { "fresh.availability < 1%", during = "expire edge" }
goal { "keeping.availability >= 98%", during = "expire edge" }
goal { recovers = "fresh.goodput", within = "20s", after = "expire edge" }
goal { "soft.availability >= 99%", during = "slow look-up" }
goal { "hard.availability >= 99%", during = "slow look-up" }
-- Let in, but after a second.
goal { "soft.availability >= 99%", during = "no look-up" }
goal "soft.latency.p95 > 1s"
goal { "hard.availability < 5%", during = "no look-up" }
goal "stapled.availability >= 99.9%"
goal "stapled.latency.p99 < 100ms"

run { duration = "200s", warmup = "40s", replications = 4 }
