-- Two services share one core: each takes its work / (1 - rho) on average, whatever the law of the
-- work (M/G/1 under processor sharing, several classes).
client "a" { arrivals = poisson "30/s", target = "short" }
client "b" { arrivals = poisson "20/s", target = "long" }
host "vm" { cpus = 1 }
service "short" { host = "vm", work = "10ms" }
service "long" { host = "vm", work = exponential "20ms" }
run { duration = "2000s", warmup = "100s", replications = 10 }
