-- A fast server and a slow one, whichever has fewer calls; and two servers with constant work.
client "c" { arrivals = poisson "100/s", target = "lb" }
load_balancer "lb" { algorithm = "least_connections", backends = { "fast", "slow" } }
service "fast" { workers = 1, work = exponential "10ms" }
service "slow" { workers = 1, work = exponential "25ms" }
client "d" { arrivals = poisson "160/s", target = "two" }
service "two" { workers = 2, work = "10ms" }
run { duration = "3000s", warmup = "50s", replications = 20 }
