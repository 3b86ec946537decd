-- Three operations of different work, served by rank; and a uniform law, served by how short it is.
client "c" { arrivals = poisson "60/s", target = "s", mix = { a = 0.25, b = 0.5, c = 0.25 } }
service "s" { workers = 1, discipline = "priority", priority = { "a", "b", "c" },
  on = { a = { work(exponential "5ms") }, b = { work "10ms" }, c = { work(exponential "15ms") } } }
client "d" { arrivals = poisson "80/s", target = "t" }
service "t" { workers = 1, discipline = "sjf", work = uniform { "0ms", "20ms" } }
client "e" { arrivals = poisson "80/s", target = "u" }
service "u" { workers = 1, discipline = "srpt", work = uniform { "0ms", "20ms" } }
run { duration = "5000s", warmup = "100s", replications = 20 }
