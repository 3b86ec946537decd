-- Calls at once as a gradient of answers' times lets them be, towards four workers.
client "c" { arrivals = poisson "300/s", target = "s",
  pool = { size = gradient { start = 20, most = 200 } } }
service "s" { workers = 4, work = exponential "10ms" }
run { duration = "2000s", warmup = "100s", replications = 10 }
