-- Users who think, then a station of two workers, then one of one.
local users = param { "users", 20 }
client "c" { arrivals = closed { users = users, think = exponential "1s" }, target = "a" }
service "a" { workers = 2, io = "async", on = { work(exponential "100ms"), call "b" } }
service "b" { workers = 1, work = exponential "40ms" }
run { duration = "10000s", warmup = "100s", replications = 10 }
