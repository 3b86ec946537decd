-- What do a log of the last minute, and a bucket for each user, refuse of Poisson traffic?
local each = param { "each", false,
  doc = "a bucket for each of 100 users, in place of a log of all" }
client "c" { arrivals = poisson(each and "100/s" or "110/min"), users = each and 100 or nil,
  target = "s" }
service "s" { on = { each and limit { "1/s", burst = 3, per = "user" }
  or limit { "100/min", algorithm = "sliding_log" } } }
run { duration = each and "500s" or "50000s", warmup = "120s", replications = 10 }
