-- What was wanted is forgotten before it is there.
client "c" { arrivals = poisson "200/s", target = "web", timeout = "1s" }
service "web" { workers = 4, queue = 100, start = "2min", on = { work(exponential "40ms") } }
control "hpa" { watch = "web.utilization", target = "60%", cooldown = "1min",
  act = scale { "web", to = 10 } }
run { duration = "10min", warmup = "1min" }
