-- What does each function of a reverse proxy cost its processor, and what does it spare those
-- behind it?
--
-- Covers E05.
-- One proxy with two cores in front of an application and a file store, with 400 requests a second
-- from users, three quarters of them for files, and 50 attacks a second. Assumed: the proxy's own
-- work 0.1 ms, a TLS handshake 1 ms for each fifth request, 0.5 ms of firewall rules for every
-- request, 20 ms of work in the application and 8 ms in the store; answers of 50 kB go to users
-- over 200 Mbit/s, and gzip makes a quarter of them at 200 MB/s.
--
-- Off: paths=false  the application answers files as well and is busier
-- Off: caching=false  the store answers four times as many requests
-- Off: tls=false  the proxy is less busy than with handshakes
-- Off: compression=false  the wire to users is busy for 80 % of the time instead of 20
-- Off: firewall=false  attacks reach the application, and the rules cost nothing
-- Answer: edge.utilization
local paths = param { "paths", true, doc = "whether files have a component of their own" }
local caching = param { "caching", true, doc = "whether files are cached" }
local tls = param { "tls", true, doc = "whether the proxy ends TLS" }
local compression = param { "compression", true, doc = "whether answers are compressed" }
local firewall = param { "firewall", true, doc = "whether requests are filtered" }

client "users" {
  arrivals = poisson "400/s", target = "edge", timeout = "1s",
  mix = { api = 0.25, files = 0.75 },
  keys = zipf { n = 2000, s = 1 },
  response = "50kB",
}
client "bots" { arrivals = poisson "50/s", target = "edge", timeout = "1s", mix = { attack = 1 } }

reverse_proxy "edge" {
  workers = 2,
  request = "0.1ms",
  route = { api = "app", files = paths and "store" or "app", attack = "app" },
  cache = caching and { of = { "files" }, capacity = 1000, ttl = "10min" },
  tls = tls and { handshake = "1ms", new = "20%" },
  compress = compression and { ratio = 0.25, per_byte = "5ns" },
  firewall = firewall and { rules = "0.5ms", attacks = { "attack" }, catches = "95%" },
}
path { from = "edge", to = "users", bandwidth = "200Mbit/s" }

service "app" { workers = 4, work = exponential "20ms" }
service "store" { workers = 4, work = exponential "8ms", only_if = paths }

-- 450/s of 0.1 + 0.2 * 1 + 0.5 ms, and 0.25 ms of gzip for 400/s, on two cores: 23 %.
goal "edge.utilization > 22%"
goal "edge.utilization < 24%"
-- Compression: 400/s of 12.5 kB instead of 50 kB.
goal "path.edge.users.utilization < 25%"
-- Path rules: a quarter of the requests, and the attacks that pass, keep half of four workers busy.
goal "app.utilization < 55%"
goal "users.op.api.latency.p99 < 150ms"
-- Cache: of 300/s for files 60 % of the store's four workers would be busy.
if caching then goal "edge/cache-files.hit_ratio > 80%" end
goal "users.op.files.latency.p50 < 3ms"
-- Firewall: 5 % of the attacks are answered.
goal "bots.availability < 6%"
goal "users.availability >= 99.9%"

run { duration = "3min", warmup = "60s", replications = 4 }
