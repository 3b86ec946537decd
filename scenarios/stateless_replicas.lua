-- Servers that keep no state: does one that dies, a sale that triples the visitors, and a
-- deployment of all of them one after the other cost a single request?
--
-- Covers F10.
-- Three shops alike, each with its own visitors and its own servers behind a load balancer, 300
-- requests a second, 20 ms of work each, four workers a server (200/s): four servers are 38 % busy.
-- In the first, one server dies for 30 s: a new connection to it is refused, and the balancer asks
-- another one, so that only the requests that it had in hand are lost. In the second, a sale brings
-- three times as many visitors for a minute, more than four servers can do, and two more have
-- joined before. In the third, each server in turn is stopped, replaced and started again within
-- 10 s: it finishes what it has (drain) before it goes. The rate, the work and the times are
-- assumed.
--
-- Off: retries=0  the dead server goes on refusing until a check takes it out
-- Off: more=false  four servers alone cannot carry the sale
-- Off: drain=0s  each server that is stopped drops what it has in hand
-- Answer: deployed.availability
local retries = param { "retries", 2, doc = "other servers that a refused connection is given to" }
local more = param { "more", true, doc = "whether two servers join for the sale" }
local drain = param { "drain", "5s", doc = "time to finish before a planned stop" }

local function shop(name, servers)
  client(name) { arrivals = poisson "300/s", target = name .. "-lb", timeout = "2s" }
  load_balancer(name .. "-lb") {
    backends = name .. "-web",
    connect_retries = retries,
    health_check = { interval = "2s", timeout = "1s", fall = 3, rise = 2 },
  }
  service(name .. "-web") {
    instances = servers, workers = 4, queue = 100, work = exponential "20ms", drain = drain,
  }
end

shop("bereft", 4)
fault { crash "bereft-web[2]", at = "60s", lasts = "30s" }
goal "bereft.availability > 99.9%"
goal "bereft.errors.refused <= 0"

shop("sale", more and 6 or 4)
fault { surge { "sale", factor = 3 }, at = "60s", lasts = "60s" }
if more then
  for i = 5, 6 do fault { join("sale-web[" .. i .. "]"), at = "50s", lasts = "80s" } end
end
goal "sale.availability >= 100%"
goal "sale.latency.p99 < 250ms"

shop("deployed", 4)
for i = 1, 4 do
  fault { stop("deployed-web[" .. i .. "]"), at = 20 * i .. "s", lasts = "10s" }
end
goal "deployed.availability >= 100%"
goal "deployed.latency.p99 < 250ms"

run { duration = "150s", warmup = "10s", replications = 4 }
