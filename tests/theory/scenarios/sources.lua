-- Ten users who do without an answer when all four places are taken, and think again.
local law = param { "law", "exponential" }
client "c" { arrivals = closed { users = 10, think = exponential "1s" }, target = "s" }
service "s" { workers = 4, queue = 0,
  work = law == "exponential" and exponential "500ms" or "500ms" }
run { duration = "5000s", warmup = "50s", replications = 20 }
