-- Users who make several requests: how many reach the end, and how long are they under way?
client "a" { arrivals = poisson "10/s", target = "s", journey = { request "a",
  request { "b", times = 3, pause = "1s" }, request { "ad", optional = true }, request "buy" } }
service "s" { on = { ad = { work "1ms", fail { p = "50%" } }, default = { work "10ms",
  fail { p = "2%" } } } }
client "b" { arrivals = poisson "10/s", target = "t", journey = { request { "b",
  times = geometric(5) } } }
service "t" { on = { fail { p = "5%" } } }
-- A load generator with ten users at most.
client "d" { arrivals = poisson "10/s", target = "u", most = 10 }
service "u" { work = exponential "1s" }
run { duration = "5000s", warmup = "50s", replications = 10 }
