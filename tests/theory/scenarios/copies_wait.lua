-- A write waits for other copies over lines that vary: how long?
local write = param { "write", 2 }
client "c" { arrivals = poisson "0.5/s", target = "db", mix = { write = 1 },
  keys = uniform_keys { n = 1000 } }
database "db" { copies = { n = 3, zone = { "z1", "z2", "z3" }, write = write }, write = "5ms" }
client "d" { arrivals = poisson "20/s", target = "ring", zone = "z4", mix = { read = 0.5,
  write = 0.5 },
  keys = uniform_keys { n = 1000 } }
database "ring" { copies = { n = 3, zone = { "z1", "z2", "z3", "z4" }, write = 2, read = 2,
  coordinators = 1 } }
for _, from in ipairs { "z1", "z4" } do
  for _, to in ipairs { "z1", "z2", "z3" } do
    if from ~= to then path { from = from, to = to, latency = exponential "10ms" } end
  end
end
run { duration = "10000s", warmup = "10s", replications = 4 }
