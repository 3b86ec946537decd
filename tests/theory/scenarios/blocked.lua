-- A worker that always has work hands it to the next over a buffer of three; when that is full it
-- waits.
client "c" { arrivals = closed { users = 1 }, target = "p" }
service "p" { workers = 1, on = { work(exponential "10ms"), publish "q" } }
topic "q" { capacity = 3, full = "block" }
service "r" { workers = 1, work = exponential "10ms", subscribe = { "q" } }
run { duration = "5000s", warmup = "10s", replications = 10 }
