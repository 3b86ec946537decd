-- Terminals: users think 1 s on average, then visit three stations.
local users = param { "users", 10, doc = "number of users" }
local duration = param { "duration", "30000s", doc = "simulated time" }
local warmup = param { "warmup", "200s", doc = "of it left out" }
client "c" { arrivals = closed { users = users, think = exponential "1s" }, target = "s1" }
service "s1" { workers = 1, io = "async", on = { work(exponential "40ms"), call "s2" } }
service "s2" { workers = 1, io = "async", on = { work(exponential "60ms"), call "s3" } }
service "s3" { workers = 1, work = exponential "25ms" }
run { duration = duration, warmup = warmup, replications = 20 }
