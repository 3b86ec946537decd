-- Three gateways limit what one caller may send: how much passes when each counts for itself, how
-- much when they ask a store that counts for all, and what do the store and its failure cost?
--
-- Covers E08, E09.
-- 400/s of a caller who may send 100/s, spread over three gateways. Each by itself lets 100/s
-- through. With a store (Redis behind a rate limit service) it is 100/s in all, and each request
-- waits 1 ms for it. When the store hangs for half a minute requests wait for 20 ms each, and then
-- all of them pass: a limit is not worth an outage (Envoy's failure_mode_deny = false). It goes on
-- for 20 s after the store is back: it works off 12,000 questions that nobody waits for any more.
--
-- Off: store=false  each gateway counts for itself, and three times as much passes
-- Off: outage=never  the store never fails, and nobody passes the limit
-- Answer: shared.goodput
local store = param { "store", true, doc = "whether a store counts for all gateways" }
local outage = param { "outage", "30s", doc = "how long the store of `outage` hangs, or never" }

local function design(name, shared)
  client(name) { arrivals = poisson "400/s", target = name .. "-lb" }
  load_balancer(name .. "-lb") { backends = name .. "-gateway" }
  service(name .. "-gateway") {
    instances = 3,
    on = {
      limit { "100/s", burst = 20, store = shared and name .. "-store" or nil },
      call(name .. "-api"),
    },
  }
  service(name .. "-store") { only_if = shared, workers = 1, work = "1ms" }
  service(name .. "-api") { work = "5ms" }
end
design("alone", false)
design("shared", store)
design("outage", true)
if outage ~= "never" then
  fault { hang "outage-store", at = "30s", lasts = outage }
end

goal "alone.goodput > 280/s"
goal "shared.goodput < 105/s"
if store then goal "shared-store.wait.p99 < 5ms" end
goal "outage.goodput > 160/s"
goal "outage.availability > 40%"

run { duration = "130s", warmup = "10s", replications = 4 }
