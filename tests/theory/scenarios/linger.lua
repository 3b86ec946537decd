-- Batches closed by size or by time: how large are they, and how long does an operation wait?
client "c" { arrivals = poisson "100/s", target = "log" }
disk "log" { batch = 10, linger = "50ms" }
run { duration = "2000s", warmup = "10s", replications = 10 }
