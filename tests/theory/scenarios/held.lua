-- A worker that is held while its call waits, one that is not, and a part of the calls that goes
-- on.
client "a" { arrivals = poisson "20/s", target = "held" }
service "held" { workers = 1, on = { work(exponential "5ms"), call "far",
  work(exponential "5ms") } }
client "b" { arrivals = poisson "60/s", target = "free" }
service "free" { workers = 1, io = "async", on = { work(exponential "5ms"), call "far",
  work(exponential "5ms") } }
service "far" { work = exponential "20ms" }
client "d" { arrivals = poisson "10/s", target = "first" }
service "first" { workers = 1, io = "async", on = { work(exponential "50ms"), branch { p = "30%",
  call "second" } } }
service "second" { workers = 1, work = exponential "200ms" }
run { duration = "5000s", warmup = "50s", replications = 20 }
