-- The people of a company work from home through a VPN: what does its server add to a request, how
-- much comes through it, what is left for work when films go through it, too, and for how long
-- is nobody at work when it crashes?
--
-- Covers H05.
-- The server wraps each packet in 60 bytes more and encrypts it, which takes its cores 3 ns a byte.
-- Its line has 200 Mbit/s. Work is small answers from the office; films are pieces of 2 MB from the
-- internet. With a full tunnel both go through the server; with a split tunnel films go straight
-- to their viewers. A branch office has a tunnel of its own, from site to site. A second server
-- takes over when the first has missed three checks. 3 ns a byte, lines, loads and times of work
-- are assumed.
--
-- Off: split=false  films go through the server, too: its line is full
-- Off: standby=false  nobody takes over: work stops until the server is back
-- Answer: work.latency.p50
local split = param { "split", true, doc = "whether films go past the VPN" }
local standby = param { "standby", true, doc = "whether a second server takes over" }

local line = { bandwidth = "200Mbit/s", packet = "1380B", overhead = "138B" }
local function link(from, to, latency, what)
  path { from = from, to = to, latency = latency, bandwidth = what and what.bandwidth,
         packet = what and what.packet, overhead = what and what.overhead }
end

-- What a server does for a request and for each byte of it.
local function tunnel(name, films)
  service(name) {
    zone = "dc", workers = 2, queue = 1000, io = "async",
    on = {
      film = films and { call("films"), work { "20us", per_byte = "3ns" } } or nil,
      default = { call("office"), work { "20us", per_byte = "3ns" } },
    },
  }
end

client "work" { zone = "home", arrivals = poisson "300/s", target = "vpn", timeout = "2s",
                mix = { page = 1 }, response = "20kB" }
client "watching" { zone = "home", arrivals = poisson "12/s", timeout = "10s", mix = { film = 1 },
                    target = split and "films" or "vpn", response = "2MB" }
client "branch" { zone = "site-b", arrivals = poisson "100/s", target = "site", timeout = "2s",
                  mix = { page = 1 }, response = "20kB" }
client "inside" { zone = "dc", arrivals = poisson "100/s", target = "office", mix = { page = 1 },
                  response = "20kB" }

load_balancer "vpn" {
  zone = "dc", algorithm = "priority", backends = standby and { "vpn1", "vpn2" } or { "vpn1" },
  health_check = { interval = "1s", timeout = "500ms", fall = 3 },
}
tunnel("vpn1", not split)
if standby then tunnel("vpn2", not split) end
tunnel("site", false)
service "office" { zone = "dc", workers = 32, work = exponential "10ms" }
service "films" { zone = "internet", workers = 64, work = "5ms" }
link("home", "dc", "10ms", line)
link("site-b", "dc", "5ms", line)
link(split and "home" or "dc", "internet", "8ms")
fault { crash "vpn1", at = "60s", lasts = "30s" }

goal "inside.latency.p50 < 8ms"
goal "work.latency.p50 > 27ms"
goal "work.latency.p50 < 30ms"
goal "branch.latency.p50 < 20ms"
goal "work.availability > 97%"
goal { recovers = "work.goodput", within = "5s", after = "crash vpn1" }
goal "watching.availability > 99%"

run { duration = "2min", warmup = "20s", replications = 10 }
