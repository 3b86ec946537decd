-- A firewall that looks at each packet alone, one that keeps a table of connections, and one that
-- reads requests: what does each cost, what does each keep out, and which of them does a scan of
-- all ports bring down?
--
-- Covers H02.
-- The first compares a few rules for each request, 20 us. The second looks up the connection, 5 us,
-- and keeps an entry for each until 30 s after its end: 500 connections a second need 15,000 of
-- its 20,000 entries, and a scanner who opens 1000 a second needs the rest twice over. The third
-- reads each request, 3 ms on four cores, and lets no attack through that looks like a page to the
-- others; it has no table to fill, and is busiest first. The times of work are assumed.
--
-- Off: scan=1/s  nobody scans: the table has room
-- Off: lingers=2s  entries go soon, and there is room for the scanner's, too
-- Off: reads=false  the third looks at packets alone, as the first does
-- Answer: stateful-users.availability
local scan = param { "scan", "1000/s", doc = "connections that a scanner opens" }
local lingers = param { "lingers", "30s", doc = "how long an entry outlives its connection" }
local reads = param { "reads", true, doc = "whether the third reads requests" }

local function behind(name, wall)
  wall.workers, wall.io = 4, "async"
  service(name)(wall)
  service(name .. "-web") { workers = 64, work = exponential "10ms" }
  client(name .. "-users") { arrivals = poisson "500/s", target = name, timeout = "900ms",
                             mix = { page = 1 } }
  client(name .. "-scanner") { arrivals = poisson(scan), target = name, timeout = "900ms",
                               mix = { probe = 1 } }
  client(name .. "-attackers") { arrivals = poisson "20/s", target = name, timeout = "900ms",
                                 mix = { attack = 1 } }
  for _, who in ipairs { "-users", "-scanner", "-attackers" } do
    path { from = name .. who, to = name, latency = "5ms", transport = "tcp" }
  end
end

-- What has no business inside is refused by rule.
behind("stateless", {
  on = { probe = { work "20us", fail "denied" }, default = { work "20us", call "stateless-web" } },
})
behind("stateful", {
  accept = { most = 20000, lingers = lingers },
  on = { probe = { work "5us", fail "denied" }, default = { work "5us", call "stateful-web" } },
})
behind("reading", {
  queue = 1000,
  on = {
    probe = { work(reads and "1ms" or "20us"), fail "denied" },
    page = { work(reads and "3ms" or "20us"), call "reading-web" },
    attack = reads and { work "3ms", fail "denied" } or { work "20us", call "reading-web" },
  },
})

goal "stateless-users.availability > 99.99%"
goal "stateful-users.availability < 60%"
goal "stateful.accept.held > 15000"
goal "reading-users.availability > 99.9%"
-- What a request costs, and what comes through.
goal "stateless.utilization < 1%"
goal "stateful.utilization < 0.3%"
goal "reading.utilization > 50%"
goal "stateless-scanner.availability == 0%"
goal "stateless-attackers.availability > 99%"
goal "reading-attackers.availability == 0%"

run { duration = "90s", warmup = "30s", replications = 4 }
