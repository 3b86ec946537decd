-- The same server and stall, but one user who waits for each answer: the stall is seen once.
client "c" { arrivals = closed { users = 1, think = "9ms" }, target = "s" }
service "s" { workers = 1, work = "1ms" }
fault { hang "s", at = "0s", lasts = "10s" }
run { duration = "100s", warmup = "0s", replications = 1 }
