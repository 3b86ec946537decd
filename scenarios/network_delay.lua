-- What do distance, size, hops and queueing each add to the delay of a network, and what together?
--
-- Covers B05.
-- Light in fibre does 200,000 km/s, so 1000 km are 5 ms. Five clients, each with one of the four
-- parts or with all:
--   distance      2 x 1000 km               2 x 5 ms                           = 10 ms
--   transmission  100 kB over 100 Mbit/s    800 kbit / 100 Mbit/s              =  8 ms
--   hops          3 routers, 0.5 ms each    3 x 0.5 ms                         =  1.5 ms
--   queueing      that wire, 40 % busy      M/D/1: 8 ms + 0.4 / (2 x 0.6) x 8  = 10.67 ms
--   all                                     10 + 8 + 1.5 + 2.67                = 22.17 ms
--
-- Off: distance=0  propagation is missing
-- Off: busy=0.05/s  hardly anybody shares the wire: nothing queues
-- Off: hop=0us  routers take no time
-- Off: size=0B  nothing has to be sent: neither transmission nor queueing
-- Answer: all.latency.mean
local distance = param { "distance", 1000, doc = "km of fibre" }
local busy = param { "busy", "50/s", doc = "answers on the wire where it is shared" }
local hop = param { "hop", "500us", doc = "what a router takes to look at a request" }
local size = param { "size", "100kB", doc = "an answer" }

local fibre = distance .. "km"
local seldom = constant "0.5/s" -- nobody meets anybody

-- routers NAME: three in a row before the server; answers go back as they came.
local function routers(name)
  for i = 1, 3 do
    service(name .. "-" .. i) { io = "async", on = { work(hop),
      call(i < 3 and name .. "-" .. i + 1 or "server") } }
  end
  return name .. "-1"
end

service "server" {}

client "distance" { arrivals = seldom, target = "edge-d" }
service "edge-d" {}
path { from = "distance", to = "edge-d", distance = fibre }

client "transmission" { arrivals = seldom, target = "edge-t", response = size }
service "edge-t" {}
path { from = "transmission", to = "edge-t", bandwidth = "100Mbit/s" }

client "hops" { arrivals = seldom, target = routers "hop" }

client "queueing" { arrivals = poisson(busy), target = "edge-q", response = size }
service "edge-q" {}
path { from = "queueing", to = "edge-q", bandwidth = "100Mbit/s" }

client "all" { arrivals = poisson(busy), target = routers "router", response = size }
path { from = "all", to = "router-1", distance = fibre, bandwidth = "100Mbit/s" }

goal "distance.latency.max == 10ms"
goal "transmission.latency.max == 8ms"
goal "hops.latency.max == 1.5ms"
goal "path.edge-q.queueing.utilization > 39%"
goal "path.edge-q.queueing.utilization < 41%"
goal "queueing.latency.mean > 10.5ms"
goal "queueing.latency.mean < 10.85ms"
goal "all.latency.mean > 22ms"
goal "all.latency.mean < 22.35ms"

run { duration = "10min", warmup = "10s", replications = 10 }
