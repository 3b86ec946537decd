-- A call comes back to the station with a chance p (Jackson), and goes on to another.
client "c" { arrivals = poisson "20/s", target = "s" }
service "s" { workers = 1, io = "async", on = { work(exponential "10ms"),
  branch { p = "60%", call "s", otherwise = { branch { p = "50%", call "t" } } } } }
service "t" { workers = 2, work = exponential "120ms" }
run { duration = "10000s", warmup = "200s", replications = 10 }
