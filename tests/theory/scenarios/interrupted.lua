-- Two classes of constant work, of which the first interrupts the second.
client "c" { arrivals = poisson "80/s", target = "s", mix = { a = 0.5, b = 0.5 } }
service "s" { workers = 1, discipline = "preemptive_priority", priority = { "a", "b" },
  on = { a = { work "5ms" }, b = { work "15ms" } } }
run { duration = "5000s", warmup = "50s", replications = 10 }
