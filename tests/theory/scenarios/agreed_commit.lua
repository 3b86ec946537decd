-- Two-phase commit over two stores of three copies each, each way of 10 ms: a vote
-- and a decision wait for a round to the copies.
local copies = param { "copies", true, doc = "whether the stores have copies" }
region "place" { zones = { "z" } }
path { from = "z", to = "z", latency = "10ms" }
client "u" { arrivals = poisson "20/s", target = "app", keys = uniform_keys { n = 1000000 } }
service "app" { zone = "z", on = { transaction {
  call { "a", op = "write" }, call { "b", op = "write" }, commit = "2pc", log = "1ms" } } }
for _, name in ipairs { "a", "b" } do
  database(name) { zone = "z", write = "5ms",
    copies = copies and { n = 3, elect = { timeout = "1s" } } or nil }
end
run { duration = "100s", warmup = "1s", replications = 2 }
