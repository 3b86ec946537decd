-- Three stations in a row and 300 ms for all: a deadline that is passed on stops work in the last.
client "c" { arrivals = poisson "20/s", target = "a", deadline = "300ms" }
service "a" { on = { work(exponential "100ms"), call "b" } }
service "b" { on = { work(exponential "100ms"), call "d" } }
service "d" { cancel = "running", work = exponential "100ms" }
run { duration = "5000s", warmup = "10s", replications = 10 }
