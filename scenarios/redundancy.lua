-- What availability do components have in series, in parallel, and two of three, and does the
-- closed form hold?
--
-- Covers G02.
-- Every component is up for 95 % of the time and fails on its own: 19 h to failure, 1 h of repair.
-- That is poor on purpose, so that pairs fail often enough to be counted.
--   series, 3           0.95^3                       = 85.74 %
--   hardware, 2 servers 1 - 0.05^2                   = 99.75 %
--   network, 2 links    1 - 0.05^2                   = 99.75 %
--   data, 2 of 3 copies 3 x 0.95^2 x 0.05 + 0.95^3   = 99.275 %   (a majority answers)
--   sites, 2, each a server and a link in series     1 - (1 - 0.95^2)^2 = 99.049 %
--
-- Off: spare=false  there is no second server, link and site
-- Off: need=3  all three copies must answer: 85.74 %
-- Answer: hardware.availability
local spare = param { "spare", true, doc = "whether what is there once is there twice" }
local need = param { "need", 2, doc = "copies of three that must answer" }

-- breaks WHAT: down for 5 % of the time.
local function breaks(what)
  fault { what, mttf = exponential "19h", mttr = exponential "1h" }
end
-- server NAME: one that breaks.
local function server(name)
  service(name) {}
  breaks(crash(name))
  return name
end
-- either FIRST SECOND: the second is asked when the first fails.
local function either(first, second)
  return call { first, timeout = "1s",
                fallback = spare and { call { second, timeout = "1s" } } or nil }
end
local function users(name, steps)
  client(name) { arrivals = poisson "1/h", target = name .. "-entry" }
  service(name .. "-entry") { on = steps }
end

users("series", { call(server "web"), call(server "app"), call(server "store") })

server "server-1"
if spare then server "server-2" end
users("hardware", { either("server-1", "server-2") })

-- Two providers' routers never fail here; the links to them do.
for i = 1, spare and 2 or 1 do
  service("router-" .. i) {}
  breaks(partition { "network-entry", "router-" .. i })
end
users("network", { either("router-1", "router-2") })

users("data", { parallel { call(server "copy-1"), call(server "copy-2"), call(server "copy-3"),
                           need = need } })

for i = 1, spare and 2 or 1 do
  server("site-" .. i)
  breaks(partition { "sites-entry", "site-" .. i })
end
users("sites", { either("site-1", "site-2") })

goal "series.availability > 85.2%"
goal "series.availability < 86.3%"
goal "hardware.availability > 99.69%"
goal "hardware.availability < 99.81%"
goal "network.availability > 99.69%"
goal "network.availability < 99.81%"
goal "data.availability > 99.17%"
goal "data.availability < 99.38%"
goal "sites.availability > 98.93%"
goal "sites.availability < 99.17%"

run { duration = "1825d", warmup = "0s", replications = 10 }
