-- Nobody is busier than all the time.
client "c" { arrivals = poisson "200/s", target = "web", timeout = "1s" }
service "web" { workers = 4, queue = 100, on = { work(exponential "40ms") } }
control "hpa" { watch = "web.utilization", target = "95%", act = scale { "web", to = 10 } }
run { duration = "10min", warmup = "1min" }
