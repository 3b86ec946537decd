-- A burst of which one call more comes than there are workers: its share fails.
local n = param { "n", 1000, doc = "calls" }
client "c" { arrivals = burst { n, at = "1s" }, target = "s" }
service "s" { workers = n - 1, queue = 0, work = "10ms" }
run { duration = "2s", warmup = "0s", replications = 1 }
