-- Three classes, the first served first, nobody interrupted (Cobham 1954).
client "c" { arrivals = poisson "80/s", target = "s", mix = { a = 0.25, b = 0.375, c = 0.375 } }
service "s" { workers = 1, discipline = "priority", priority = { "a", "b", "c" },
  work = exponential "10ms" }
run { duration = "5000s", warmup = "200s", replications = 30 }
