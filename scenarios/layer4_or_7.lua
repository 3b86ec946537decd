-- Eight callers keep one connection each (gRPC) to three servers behind a balancer, which are
-- deployed one after the other: how busy is the busiest afterwards when the balancer spreads
-- connections, and how busy when it spreads requests?
--
-- Covers E03.
-- 480/s of 5 ms keep three servers of two cores busy for 40 % of the time. At layer 4 a connection
-- stays where it was put: the callers of a server that stops go to the others, and nobody comes
-- back to it until connections are opened. At layer 7 the balancer ends the connections itself and
-- may send each request elsewhere. What helps at layer 4 is to close connections now and then
-- (gRPC's MAX_CONNECTION_AGE, here after so many requests).
--
-- Off: layer=4  one server has nothing to do after the deployment
-- Off: age=unlimited  connections that are never closed stay uneven
-- Answer: seven-server[*].utilization.most
local layer = param { "layer", 7, doc = "7: requests are spread, 4: connections" }
local age = param { "age", "300", doc = "requests that a connection carries, or unlimited" }

local function design(name, at_layer, requests)
  client(name) {
    instances = 8, arrivals = poisson "60/s", target = name .. "-lb", timeout = "1s",
    retry = { attempts = 2, backoff = "50ms" },
  }
  path { from = name, to = name .. "-lb", latency = "1ms", transport = "tcp",
    connect = { tls = "1.3", keep = "1h", streams = 100, requests = requests } }
  load_balancer(name .. "-lb") { backends = name .. "-server", layer = at_layer }
  service(name .. "-server") {
    instances = 3, workers = 2, work = exponential "5ms", start = "5s", drain = "5s",
  }
  for i = 1, 3 do
    fault { stop(name .. "-server[" .. i .. "]"), at = "1s" * (20 * i), lasts = "10s" }
  end
end
design("seven", layer, "unlimited")
design("four", 4, "unlimited")
design("aged", 4, tonumber(age) or age)

goal "seven-server[*].utilization < 50%"
goal "four-server[3].utilization < 5%"
goal "aged-server[*].utilization < 60%"
goal "seven.availability == 100%"

run { duration = "5min", warmup = "90s", replications = 4 }
