-- Two halves of a store that reach each other no more both go on: what the former primary takes
-- once the other copy leads conflicts with that.
region "left" { zones = { "a" } }
region "right" { zones = { "b" } }
path { from = "a", to = "b", latency = "1ms" }
for name, zone in pairs { ua = "a", ub = "b" } do
  client(name) { arrivals = poisson "50/s", target = "db", mix = { write = 1 }, zone = zone,
    timeout = "1s", keys = uniform_keys { n = 1000000 } }
end
database "db" { copies = { n = 2, zone = { "a", "b" }, write = "async" } }
control "ha" { zone = "b", heartbeat = "db", every = "1s", timeout = "500ms", fails = 3,
  act = promote { "db", takes = "2s" } }
fault { partition { "left", "right" }, at = "100s", lasts = "60s" }
run { duration = "200s", warmup = "0s", replications = 10 }
