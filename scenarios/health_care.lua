-- Patients read their records through a firewall with TLS, a gateway that limits and checks tokens,
-- and a load balancer, in front of servers that stand in a private network: what does each layer
-- add to an answer, who still works when the token server is down, and how much of an attack gets
-- through?
--
-- Covers A18.
-- 100 requests a second of 300 patients over the internet (10 ms each way, a connection each, kept
-- for 5 s), and 50 from the wards, inside, which go to the balancer. Outside are also someone whose
-- token is good and who asks 400 times a second, 100 requests a second with SQL in them, and 50
-- with forged tokens. The token server is down for 30 s, one of three record servers for 20 s.
-- Assumed: 0.3 ms of firewall rules (a core rule set), of which 95 % of the attacks are known; 0.2
-- ms of the gateway's own work; 1 ms to check a token at its server; half a millisecond of network
-- at each hop inside; a handshake with a signature of RSA-2048.
--
-- Off: tls=false  a connection is open after one round trip instead of two
-- Off: firewall=false  SQL reaches the servers
-- Off: limited=false  one caller takes what the others need
-- Off: checked=false  forged tokens open the records
-- Off: spread=false  one server alone is too few, and nobody takes its place
-- Answer: patients.latency.p50
local tls = param { "tls", true, doc = "whether connections are encrypted" }
local firewall = param { "firewall", true, doc = "whether requests are filtered" }
local limited = param { "limited", true, doc = "whether each user has a limit" }
local checked = param { "checked", true, doc = "whether tokens are checked" }
local spread = param { "spread", true, doc = "whether there are three servers, or one" }

client "patients" { instances = 300, target = "edge", mix = { record = 1 }, timeout = "2s",
  arrivals = closed { users = 1, think = exponential "3s" } }
client "flood" { arrivals = poisson "400/s", target = "edge", users = 1, mix = { record = 1 },
  timeout = "2s" }
client "injections" { arrivals = poisson "100/s", target = "edge", users = 1000,
  mix = { attack = 1 }, timeout = "2s" }
client "forgers" { arrivals = poisson "50/s", target = "edge", users = 1000, mix = { forged = 1 },
  timeout = "2s" }
client "wards" { arrivals = poisson "50/s", target = "balancer", mix = { record = 1 },
  timeout = "2s" }

local rules = work(firewall and "0.3ms" or "0ms")
service "edge" { workers = 4, io = "async", accept = { handshake = tls and "0.4ms" or "0ms" },
  on = {
    default = { rules, call "gateway" },
    attack = { rules, fail { "denied", p = firewall and "95%" or "0%" }, call "gateway" },
  } }
api_gateway "gateway" { workers = 4, request = "0.2ms",
  route = { record = "balancer", attack = "balancer", forged = "balancer" },
  limit = limited and { rate = "5/s", burst = 10, per = "user" },
  auth = checked and { check = "tokens", timeout = "100ms" } }
service "tokens" { only_if = checked, workers = 4,
  on = { default = { work "1ms" }, forged = { work "1ms", fail "denied" } } }
load_balancer "balancer" { backends = "records", connect_retries = 1,
  health_check = { interval = "2s", timeout = "1s", fall = 2 } }
service "records" { instances = spread and 3 or 1, workers = 2, work = exponential "15ms" }

for _, who in ipairs { "patients", "flood", "injections", "forgers" } do
  path { from = who, to = "edge", latency = "10ms", transport = "tcp",
    connect = { keep = "5s", tls = tls and "1.3" or "none" } }
end
path { from = "edge", to = "gateway", latency = "0.25ms" }
path { from = "gateway", to = "balancer", latency = "0.25ms" }
path { from = "wards", to = "balancer", latency = "0.25ms" }
if checked then
  path { from = "gateway", to = "tokens", latency = "0.25ms" }
  fault { crash "tokens", at = "120s", lasts = "30s" }
end
fault { crash("records[1]"), at = "240s", lasts = "20s" }

-- Two round trips of 20 ms open a connection, for each fifth request of a patient; the others need
-- one in all.
goal "path.patients.edge.setup.p50 > 40ms"
goal "patients.part.edge < 20ms"
goal "patients.part.gateway < 1ms"
goal "patients.latency.p50 < 45ms"
goal "wards.latency.p50 < 14ms"
if checked then
  goal "patients.part.tokens >= 1ms"
  goal "patients.part.tokens < 1.3ms"
  -- Without the token server nobody comes in, and the wards notice nothing.
  goal { "patients.availability < 5%", during = "crash tokens" }
  goal { "wards.availability >= 99.9%", during = "crash tokens" }
  goal { recovers = "patients.goodput", within = "20s", after = "crash tokens" }
end
-- Of five and a half minutes half a one is lost with the token server.
goal "patients.within.200ms >= 88%"
goal "wards.availability >= 99.9%"
goal "flood.goodput < 6/s"
goal "injections.availability < 6%"
goal "forgers.availability < 0.1%"

run { duration = "330s", warmup = "30s", replications = 4 }
