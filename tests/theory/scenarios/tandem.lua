-- Three stations one after the other; a worker is free again when its own work is done.
client "c" { arrivals = poisson "60/s", target = "s1" }
service "s1" { workers = 1, io = "async", on = { work(exponential "10ms"), call "s2" } }
service "s2" { workers = 1, io = "async", on = { work(exponential "12.5ms"), call "s3" } }
service "s3" { workers = 1, work = exponential "6.666666666666667ms" }
run { duration = "5000s", warmup = "200s", replications = 30 }
