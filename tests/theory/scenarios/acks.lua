-- A topic on three brokers whose leader acknowledges, and dies now and then.
local rate = param { "rate", "100/s", doc = "messages" }
local delay = param { "delay", "50ms", doc = "from one broker to another" }
region "site" { zones = { "z1", "z2", "z3" } }
path { from = "z1", to = "z2", latency = delay }
path { from = "z1", to = "z3", latency = delay }
path { from = "z2", to = "z3", latency = delay }
client "c" { arrivals = poisson(rate), target = "web" }
service "web" { workers = "unlimited", on = { default = { publish { "q", acks = 1 } } } }
topic "q" {
  partitions = 1, copies = { n = 3, session = "200ms", zone = { "z1", "z2", "z3" } },
}
service "r" { workers = "unlimited", subscribe = { "q" } }
fault { crash "q[*]", mttf = exponential "30s", mttr = "500ms" }
run { duration = "3000s", warmup = "0s", replications = 10 }
