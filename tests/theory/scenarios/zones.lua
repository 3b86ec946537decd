-- Six copies in three zones; a copy is down for 1 % of the time and a zone for 0.1 %. How often
-- are fewer than four there to take a write?
local layout = param { "layout", "pairs", doc = "two a zone, apart, two zones, or five" }
local zones = ({ pairs = { "A", "A", "B", "B", "C", "C" }, apart = { "A", "B", "C" },
  two = { "A", "A", "A", "B", "B" }, five = { "A", "B", "C", "D", "E" } })[layout]
local n = #zones
local distinct = {}
for _, zone in ipairs(zones) do
  distinct[zone] = true
end
zones[n + 1] = "office"
client "c" { arrivals = poisson "1/h", target = "db", mix = { write = 1 } }
database "db" {
  copies = { n = n, coordinators = 1, zone = zones, write = "quorum", read = "quorum" },
}
for i = 1, n do
  fault { crash("db[" .. i .. "]"), mttf = exponential "9.9h", mttr = exponential "6min" }
end
for _, zone in ipairs { "A", "B", "C", "D", "E" } do
  if distinct[zone] then
    fault { crash(zone), mttf = exponential "99.9h", mttr = exponential "6min" }
  end
end
run { duration = "300000h", warmup = "1000h", replications = 15 }
