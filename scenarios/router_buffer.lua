-- A shop's line has 20 Mbit/s, and its tills pay over it while files are restored. How much room
-- should the router before the line have?
--
-- Covers B05.
-- The line takes 10 ms each way, so 20 Mbit/s times the round trip are 50 kB on their way. Files of
-- 2 MB come over TCP, whose bursts double each round trip, and queue before the line. With a deep
-- buffer nothing is dropped, and each payment waits behind all of it (buffer bloat: Gettys,
-- Nichols, 2011). With hardly any room payments are dropped, too, and one that lost its only
-- segment waits at least 200 ms until TCP sends it again (Linux). Loads and times are assumed; what
-- comes back from the shop is small and has room enough. Congestion control is slow start alone.
--
-- Off: buffer=10MB  payments wait behind whole files
-- Off: buffer=15kB  the line drops payments and tears files apart
-- Answer: till.latency.p99
local buffer = param { "buffer", "100kB", doc = "room before the line" }

region "shop" { zones = { "counter" } }
region "centre" { zones = { "dc" } }
path { from = "centre", to = "shop", latency = "10ms", bandwidth = "20Mbit/s", packet = "1500B",
       transport = "tcp", buffer = buffer }

client "till" { zone = "counter", arrivals = poisson "20/s", target = "payments",
                response = "2kB", timeout = "5s" }
client "restore" { zone = "counter", arrivals = poisson "0.5/s", target = "files",
                   response = "2MB", timeout = "1min" }
service "payments" { zone = "dc", workers = 50, work = exponential "5ms" }
service "files" { zone = "dc", workers = 50 }

goal "till.latency.p99 < 150ms"
goal "restore.latency.p50 < 2s"
goal "till.availability > 99.9%"

run { duration = "20min", warmup = "10s", replications = 5 }
