-- A server that breaks down while it works or idles; work goes on afterwards where it stopped.
client "c" { arrivals = poisson "50/s", target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
fault { hang "s", mttf = exponential "10s", mttr = exponential "500ms" }
run { duration = "20000s", warmup = "200s", replications = 30 }
