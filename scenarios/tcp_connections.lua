-- What does TCP cost a request, what does a kept connection save, and what does a lost packet cost?
--
-- Covers B11.
-- The server is 2000 km away, a round trip of 20 ms. Five clients send it ten requests a second
-- each:
--   cold    opens a connection for each            2 round trips                         = 40 ms
--   warm    keeps its connections                  1 round trip                          = 20 ms
--   large   an answer of 100 kB, cold              1 + 3 rounds of slow start            = 80 ms
--   lossy   cold, 1 % of the packets are lost      a lost SYN is sent again after 1 s: p99 > 1 s
--   kept    warm, 1 % of the packets are lost      timers of 220 ms, not of 1 s:       p99 < 0.5 s
--
-- Off: transport=messages loss=0%  no handshake and no slow start
-- Off: keep=0ms  each request opens a connection
-- Off: size=1kB  one round is enough
-- Off: loss=0%  nothing has to be sent again
-- Answer: lossy.latency.p99
local transport = param { "transport", "tcp" }
local keep = param { "keep", "60s", doc = "how long warm and kept hold an idle connection" }
local size = param { "size", "100kB", doc = "the large answer" }
local loss = param { "loss", "1%", doc = "of the packets, each way" }
local tcp = transport == "tcp"

-- ask NAME: a client with a server of its own, so that the paths differ.
local function ask(name, response, lost, kept)
  client(name) { arrivals = poisson "10/s", target = name .. "-server", response = response,
    timeout = "30s" }
  service(name .. "-server") {}
  path { from = name, to = name .. "-server", distance = "2000km", loss = lost,
    transport = transport, connect = tcp and { keep = kept } or nil }
end

ask("cold", "1kB", "0%", "0ms")
ask("warm", "1kB", "0%", keep)
ask("large", size, "0%", "0ms")
ask("lossy", "1kB", loss, "0ms")
ask("kept", "1kB", loss, keep)

goal "cold.latency.p50 > 39.9ms"
goal "cold.latency.p99 < 40.1ms"
goal "warm.latency.p50 < 20.1ms"
goal "large.latency.p50 > 79.5ms"
goal "large.latency.p50 < 80.5ms"
goal "lossy.latency.p50 < 41ms"
goal "lossy.latency.p99 > 1s"
goal "lossy.availability > 99.99%"
goal "kept.latency.p99 > 200ms"
goal "kept.latency.p99 < 500ms"

run { duration = "20min", warmup = "20s", replications = 10 }
