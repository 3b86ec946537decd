-- Three workers, and callers who wait for 100 ms in all: who waits leaves, what has begun is done.
client "c" { arrivals = poisson "40/s", target = "s", patience = "100ms" }
service "s" { workers = 3, cancel = "queued", work = exponential "100ms" }
run { duration = "5000s", warmup = "50s", replications = 10 }
