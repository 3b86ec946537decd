-- The first load of the speed table: M/M/1 at 90 % utilisation.
client "c" { arrivals = poisson "90/s", target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
run { duration = "40000s", warmup = "100s", replications = 1 }
