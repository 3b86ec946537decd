-- A shop is attacked, with requests or with packets that fill its line: how many of its users are
-- answered with nothing in between, with a limit for each address, with a CDN, and with a scrubbing
-- centre ahead of the line?
--
-- Covers H03.
-- 20 users a second look at pages of 20 kB, one in five of them buys. The shop does 100 requests a
-- second on a line of 20 Mbit/s. One attack is 300 requests a second from 30 addresses, for pages
-- and for the basket; the other is 2500 packets a second of 1.5 kB that nobody asked for. Assumed:
-- to refuse a request takes a tenth of the work of a page; CDN and scrubbing centre have a hundred
-- times the line; the centre tells 99 % of the packets apart, and adds 5 ms.
--
-- Off: limit=false  one address gets as much as it wants
-- Off: cdn=false  every page comes from the shop
-- Off: scrubbing=false  the packets fill the line, and a limit behind it sees few of the users
-- Answer: scrubbed-users.availability
local limited = param { "limit", true, doc = "whether an address has a limit" }
local cdn = param { "cdn", true, doc = "whether a CDN stands in front of one of the shops" }
local scrubbing = param { "scrubbing", true, doc = "whether one is behind a scrubbing centre" }

-- A shop behind its line, which leads to `before`.
local function shop(name, before, has_limit, gets_packets)
  local answer = { work "1ms", work "9ms" }
  if has_limit then
    table.insert(answer, 2, limit { "1/s", burst = 3, per = "user" })
  end
  service(name) { zone = name .. "-site", workers = 1, queue = 100,
    on = { default = answer, packet = gets_packets and { fail "denied" } or nil } }
  path { from = name .. before, to = name .. "-site", bandwidth = "20Mbit/s",
    latency = before == "-outside" and "10ms" or "1ms" }
end

-- Users and one of the attacks, who all call `door`.
local function outside(name, door, attack, has_limit)
  client(name .. "-users") { zone = name .. "-outside", arrivals = poisson "20/s", target = door,
    mix = { page = 0.8, basket = 0.2 },
    users = has_limit and 500 or nil, keys = zipf { n = 200, s = 1 },
    request = "1kB", response = "20kB", timeout = "2s" }
  if attack == "requests" then
    client(name .. "-bots") { zone = name .. "-outside", arrivals = poisson "300/s", target = door,
      mix = { page = 0.9, basket = 0.1 },
      users = has_limit and 30 or nil, keys = zipf { n = 200, s = 1 },
      request = "1kB", response = "20kB", timeout = "2s" }
  else
    client(name .. "-bots") { zone = name .. "-outside", arrivals = poisson "2500/s",
      target = door, mix = { packet = 1 }, request = "1.5kB", timeout = "2s" }
  end
end

-- A line of its own in front of the shop, wide enough for any of the attacks.
local function in_front(name)
  path { from = name .. "-outside", to = name .. "-front", latency = "10ms",
    bandwidth = "2Gbit/s" }
end

-- Requests.
outside("bare", "bare", "requests")
shop("bare", "-outside", false)
outside("limited", "limited", "requests", limited)
shop("limited", "-outside", limited)
outside("cdn", cdn and "cdn-edge" or "cdn", "requests", limited)
shop("cdn", cdn and "-front" or "-outside", limited)
if cdn then
  service "cdn-edge" { zone = "cdn-front", workers = 8, on = {
    page = { work "0.2ms", call { "cdn-pages", response = "20kB" } },
    default = { work "0.2ms", call { "cdn", request = "1kB" } },
  } }
  cache "cdn-pages" { zone = "cdn-front", capacity = 1000, ttl = "60s", origin = "cdn" }
  in_front "cdn"
end

-- Packets.
outside("flooded", "flooded", "packets", limited)
shop("flooded", "-outside", limited, true)
outside("scrubbed", scrubbing and "scrubbing" or "scrubbed", "packets", limited)
shop("scrubbed", scrubbing and "-front" or "-outside", limited, true)
if scrubbing then
  service "scrubbing" { zone = "scrubbed-front", on = {
    packet = { fail { "denied", p = "99%" }, call { "scrubbed", request = "1.5kB" } },
    default = { sleep "5ms", call { "scrubbed", request = "1kB", response = "20kB" } },
  } }
  in_front "scrubbed"
end

goal "bare-users.availability < 40%"
goal "limited-users.availability >= 99%"
goal "limited-bots.availability < 40%"
goal "cdn-users.availability >= 99%"
goal "cdn.arrival_rate < 60/s"
goal "cdn-users.op.page.latency.p50 < 25ms"
goal "flooded-users.availability < 20%"
goal "scrubbed-users.availability >= 99.5%"
goal "scrubbed-users.latency.p95 < 100ms"

run { duration = "70s", warmup = "10s", replications = 4 }
