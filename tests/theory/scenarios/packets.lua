-- A megabyte over some links of 1 Gbit/s, 1 ms each, which pass on packets or the whole: (k + h -
-- 1) P / B + h d for k packets over h links, of which the last counts as full.
local links = param { "links", 1 }
local packet = param { "packet", "1500B" }
local overhead = param { "overhead", "0B" }
local size = param { "size", "1MB" }
client "c" { arrivals = constant "1/s", target = "s", request = size }
service "s" {}
path { from = "c", to = "s", latency = "1ms" * links, bandwidth = "1Gbit/s", hops = links,
  packet = packet, overhead = overhead, one_way = true }
run { duration = "100s", warmup = "1s", replications = 1 }
