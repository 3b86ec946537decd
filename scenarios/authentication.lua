-- What do token checks, role checks and a second factor add to a request's time, and who still
-- works when the authentication server is down?
--
-- Covers H04.
-- `local` checks the token's signature itself, `server` asks the authentication server each time;
-- both then look up roles. Signing in takes a password hash and a code from a second device's
-- service. Assumed: signature 0.1 ms, roles 0.3 ms, the server's check 1 ms, half a millisecond of
-- network there and back (same zone), password hash 80 ms, second factor 200 ms.
--
-- Off: tokens=server  `local` asks the server as well: slower, and down with it
-- Off: roles=false  no role checks: less time in both
-- Off: second_factor=false  signing in takes the password alone
-- Answer: local.availability
local tokens = param { "tokens", "local", doc = "local, or server" }
local roles = param { "roles", true, doc = "whether roles are checked" }
local second_factor = param { "second_factor", true, doc = "whether signing in takes a code" }
assert(tokens == "local" or tokens == "server", "tokens: local or server")

local function api(name, at_server)
  client(name) { arrivals = poisson "100/s", target = name .. "-api", timeout = "1s" }
  service(name .. "-api") {
    workers = 16,
    on = {
      at_server and call { "auth", op = "check", timeout = "100ms" } or work "0.1ms",
      work(roles and "0.3ms" or "0ms"),
      work "5ms",
    },
  }
  if at_server then path { from = name .. "-api", to = "auth", latency = "0.25ms" } end
end
api("local", tokens == "server")
api("server", true)

client "sign-in" { arrivals = poisson "10/s", target = "auth", mix = { sign_in = 1 } }
service "auth" {
  workers = 8,
  on = {
    check = { work "1ms" },
    sign_in = { work "80ms", second_factor and call "codes" or nil },
  },
}
if second_factor then service "codes" { work = "200ms" } end

fault { crash "auth", at = "100s", lasts = "30s" }

-- A local check costs 0.1 ms, one at the server 0.5 ms of network and 1 ms of work.
goal "local.latency.p50 > 5.35ms"
goal "local.latency.p50 < 5.5ms"
goal "server.latency.p50 > 6.75ms"
goal "server.latency.p50 < 7.2ms"
-- 80 + 200 ms.
goal "sign-in.latency.p50 > 278ms"
goal "sign-in.latency.p50 < 290ms"
-- 30 of 300 s without the authentication server.
goal "local.availability >= 99.99%"
goal "server.availability < 91%"
goal "sign-in.availability < 92%"

run { duration = "5min", warmup = "0s", replications = 4 }
