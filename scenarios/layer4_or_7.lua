-- Eight callers keep one connection each (gRPC) to three servers behind a balancer, which are
-- deployed one after the other: how busy is the busiest afterwards when the balancer spreads
-- connections, and how busy when it spreads requests? And what does it cost to look into requests
-- and to end TLS, and what is it good for?
--
-- Covers E03.
-- 480/s of 5 ms keep three servers of two cores busy for 40 % of the time. At layer 4 a connection
-- stays where it was put: the callers of a server that stops go to the others, and nobody comes
-- back to it until connections are opened. At layer 7 the balancer ends the connections itself and
-- may send each request elsewhere. What helps at layer 4 is to close connections now and then
-- (gRPC's MAX_CONNECTION_AGE, here after so many requests).
-- Then a machine of one core that passes packets on, 5 us a request, and one that ends TLS and
-- reads requests, 0.1 ms each and 1 ms for a handshake, which each tenth request brings. 400 pages
-- a second of 5 ms and 10 reports of 100 ms come through each. Behind the first all servers do all
-- there is, TLS among it; the second sends reports to servers of their own, so that a rush of them
-- is theirs alone. Loads and times of work are assumed.
--
-- Off: layer=4  one server has nothing to do after the deployment
-- Off: age=unlimited  connections that are never closed stay uneven
-- Off: tls=false  nobody ends TLS: the machine of layer 7 has half the work
-- Off: routes=false  the same servers for both, behind layer 7 as well
-- Answer: seven-server[*].utilization.most
local layer = param { "layer", 7, doc = "7: requests are spread, 4: connections" }
local age = param { "age", "300", doc = "requests that a connection carries, or unlimited" }
local tls = param { "tls", true, doc = "whether connections are encrypted" }
local routes = param { "routes", true, doc = "whether reports have servers of their own" }

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

-- users NAME: who asks for pages, and who asks for reports.
local function users(name)
  client(name .. "-readers") { arrivals = poisson "400/s", target = name .. "-box",
    mix = { page = 1 }, timeout = "2s" }
  client(name .. "-chiefs") { arrivals = poisson "10/s", target = name .. "-box",
    mix = { report = 1 }, timeout = "2s" }
  fault { surge { name .. "-chiefs", factor = 10 }, at = "2min", lasts = "30s",
    name = name .. "-rush" }
end
users "packets"
service "packets-box" { workers = 1, io = "async", on = { work "5us", call "packets-web" } }
-- A tenth of the requests bring a handshake, which the servers do.
local handshakes = branch { p = tls and "10%" or "0%", work "1ms" }
service "packets-web" { workers = 8, queue = 500, on = {
  page = { handshakes, work(exponential "5ms") },
  report = { handshakes, work(exponential "100ms") },
} }
users "requests"
reverse_proxy "requests-box" { workers = 1, request = "0.1ms",
  tls = tls and { handshake = "1ms", new = "10%" },
  route = { page = "requests-web", report = routes and "reports" or "requests-web" } }
service "requests-web" { workers = routes and 5 or 8, queue = 500, on = {
  page = { work(exponential "5ms") }, report = { work(exponential "100ms") },
} }
service "reports" { workers = 3, queue = 500, work = exponential "100ms", only_if = routes }

goal "seven-server[*].utilization < 50%"
goal "four-server[3].utilization < 5%"
goal "aged-server[*].utilization < 60%"
goal "seven.availability == 100%"
-- What it costs to look into requests, and where TLS is paid for.
goal "packets-box.utilization < 0.5%"
goal "requests-box.utilization > 7%"
goal "requests-box.utilization < 10%"
-- What it is good for: a rush of reports is that of pages as well where nobody can tell them apart.
goal { "packets-readers.availability < 80%", during = "packets-rush" }
goal { "requests-readers.latency.p99 < 60ms", during = "requests-rush" }

run { duration = "200s", warmup = "90s", replications = 4 }
