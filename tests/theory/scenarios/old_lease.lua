-- A leader of three answers reads under a lease that it measures by its clock. It is cut off, and
-- its clock set back: how long does it show what is out of date? A way takes 2 ms.
local back = param { "back", "300ms" }
client "w" { arrivals = constant "1000/s", target = "db", zone = "west", mix = { write = 1 },
  keys = uniform_keys { n = 1 }, timeout = "300ms" }
client "r" { arrivals = constant "1000/s", target = "db", zone = "east", mix = { read = 1 },
  keys = uniform_keys { n = 1 }, timeout = "300ms" }
region "land" { zones = { "east", "west", "north" } }
path { from = "east", to = "west", latency = "2ms" }
path { from = "east", to = "north", latency = "2ms" }
path { from = "west", to = "north", latency = "2ms" }
database "db" { copies = { n = 3, zone = { "east", "west", "north" }, write = "quorum",
  elect = { timeout = "1s", spread = "10ms", heartbeat = "100ms", reads = "lease" } } }
fault { skew { "db[1]", by = back }, at = "0s", lasts = "4500ms" }
fault { partition { "east" }, at = "4s", lasts = "5s" }
run { duration = "8s", warmup = "0s", replications = 4 }
