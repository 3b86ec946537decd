-- How long do messages of three classes wait for one consumer?
-- Non-preemptive priority: Cobham's formula.
client "c" { arrivals = poisson "80/s", target = "q", mix = { a = 0.25, b = 0.375, c = 0.375 } }
topic "q" { order = "priority", priority = { "a", "b", "c" } }
service "w" { workers = 1, work = exponential "10ms", subscribe = { "q" } }
run { duration = "4000s", warmup = "100s", replications = 10 }
