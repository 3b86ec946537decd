-- Callers who hang up while they wait for one of ten agents (Erlang-A): 120 a second, 100 ms each,
-- and nobody waits longer than an exponential time of 200 ms on average. Work that has begun is
-- finished, so that an agent is as busy as if nobody could hang up by then.
client "c" { arrivals = poisson "120/s", target = "s", patience = exponential "200ms" }
service "s" { workers = 10, work = exponential "100ms", cancel = "queued" }
run { duration = "2000s", warmup = "20s", replications = 10 }
