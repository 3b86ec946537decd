-- V91: n clients begin at once, each of which reads a datum, writes it if nobody has written it
-- since, and tries both again if somebody has. A message takes |N(10 ms, 2 ms)| each way, and the
-- store no time. The simulation of the source doubles its 5 ms before the first pause, but for
-- decorrelated ones.
local n = param { "n", 10 }
local jitter = param { "jitter", "full", doc = "of the pauses, or never: there are none" }

local base = jitter == "decorrelated" and "5ms" or "10ms"
local backoff = jitter == "never" and "0ms"
    or exponential { base = base, cap = "2s", jitter = jitter }
client "c" { arrivals = burst { 1, at = "0s" }, target = "all", keys = uniform_keys { n = 1 } }
service "all" {
  on = { parallel { call { "one", times = n, retry = { attempts = 60, backoff = backoff } } } },
}
service "one" {
  on = { call { "db", op = "read" }, call { "db", op = "write", if_unchanged = true } },
}
path { from = "one", to = "db", latency = normal { mean = "10ms", sd = "2ms" } }
database "db" { read = "0ms", write = "0ms" }
run { duration = "200s", warmup = "0s", replications = 100 }
