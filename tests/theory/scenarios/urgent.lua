-- Two classes at c workers; the first interrupts the second.
client "c" { arrivals = poisson "32/s", target = "s", mix = { a = 0.5, b = 0.5 } }
service "s" { workers = 4, discipline = "preemptive_priority", priority = { "a", "b" },
  work = exponential "100ms" }
run { duration = "10000s", warmup = "200s", replications = 10 }
