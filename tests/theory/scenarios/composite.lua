-- The web tier, a database with a queue to fall back on, two regions, and the name in front: a
-- call fails with the share of the time for which what it calls is said to be down.
local design = param { "design", "series", doc = "series, either or regions" }
local down = { web = 0.0005, sql = 0.0001, queue = 0.001, name = 0.0001 }
local region = { call "web", call "sql" }
local designs = {
  series = region,
  either = { call "web", call { "sql", fallback = { call "queue" } } },
  regions = { call "name", call { "one", fallback = { call "other" } } },
}
client "c" { arrivals = poisson "1000/s", target = "system" }
service "system" { on = designs[design] }
local used = { series = { "web", "sql" }, either = { "web", "sql", "queue" },
  regions = { "web", "sql", "name" } }
for _, what in ipairs(used[design]) do
  service(what) {}
  fault { error { what, ratio = down[what] }, at = "0s" }
end
service "one" { only_if = design == "regions", on = region }
service "other" { only_if = design == "regions", on = region }
run { duration = "500s", warmup = "1s", replications = 10 }
