-- A second request after the 95th percentile; the first answer counts. Nobody queues.
local n = param { "n", 1, doc = "leaves asked by one request" }
local hedge = param { "hedge", true }
local rate = param { "rate", "1000/s" }
client "c" { arrivals = poisson(rate), target = "root" }
service "root" { on = { parallel { call { "leaf", times = n,
  hedge = hedge and { after = "32.0883ms" } } } } }
service "leaf" { work = mixture {
  { 0.99, exponential "10ms" }, { 0.01, shifted { by = "1s", exponential "10ms" } },
} }
local length = param { "length", "200s" }
run { duration = length, warmup = "5s", replications = 10 }
