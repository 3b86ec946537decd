-- Copies that fail and are repaired independently, each up 90 % of the time: how often are more
-- than half of them there to take a write?
local n = param { "n", 3, doc = "copies" }
local zones = {}
for i = 1, n do
  zones[i] = "data"
end
zones[n + 1] = "office"
client "c" { arrivals = poisson "2/h", target = "db", mix = { write = 1 } }
database "db" {
  copies = { n = n, coordinators = 1, zone = zones, write = "quorum", read = "quorum" },
}
for i = 1, n do
  fault { crash("db[" .. i .. "]"), mttf = exponential "9h", mttr = exponential "1h" }
end
run { duration = "50000h", warmup = "1000h", replications = 15 }
