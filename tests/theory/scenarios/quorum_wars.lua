-- Three copies without a primary, written through one coordinator and read through another, each
-- far from all copies: the four messages of a call have laws of their own (W, A, R, S). A request
-- writes a datum and reads it `after` the write was answered.
local after = param { "after", "1ns", doc = "from a write's answer to the read" }
local law = param { "law", "ssd", doc = "law of W: ssd or disk" }
local w = param { "w", 1, doc = "copies that a write waits for" }
local r = param { "r", 1, doc = "answers that a read takes the newest of" }
local ssd = mixture {
  { 0.9122, pareto { min = "0.235ms", shape = 10 } },
  { 0.0878, exponential "0.602409639ms" },
}
local laws = {
  ssd = ssd,
  disk = mixture {
    { 0.38, pareto { min = "1.05ms", shape = 1.51 } },
    { 0.62, exponential "5.464480874ms" },
  },
}
path { from = "writers", to = "data", latency = laws[law], one_way = true }
path { from = "data", to = "writers", latency = ssd, one_way = true }
path { from = "readers", to = "data", latency = ssd }
client "pairs" {
  arrivals = poisson "1000/s",
  keys = uniform_keys { n = 4000000000 },
  target = "app",
}
service "app" { on = { call { "writer" }, sleep(after), call { "reader" } } }
service "writer" { zone = "writers", on = { call { "db", op = "write" } } }
service "reader" { zone = "readers", on = { call { "db", op = "read" } } }
client "writes" { arrivals = poisson "250/s", target = "writer" }
client "reads" { arrivals = poisson "250/s", target = "reader" }
database "db" {
  copies = {
    n = 3,
    coordinators = 2,
    zone = { "data", "data", "data", "writers", "readers" },
    write = w,
    read = r,
    timeout = "1000s",
  },
}
run { duration = "20s", warmup = "1s", replications = 15 }
