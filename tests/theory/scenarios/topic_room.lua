-- One consumer and a topic whose room is short: the oldest goes (drop), publishers wait (block), or
-- what waits for half a second goes (time).
local how = param { "how", "drop" }
client "c" { arrivals = poisson(how == "block" and "8/s" or "9/s"), target = "t" }
topic "t" { capacity = how == "time" and "unlimited" or how == "block" and 3 or 5,
  full = how == "drop" and "drop_oldest" or how == "block" and "block" or "refuse",
  retention = how == "time" and "500ms" or "never" }
service "s" { workers = 1, work = exponential "100ms", subscribe = { "t" } }
run { duration = "5000s", warmup = "50s", replications = 20 }
