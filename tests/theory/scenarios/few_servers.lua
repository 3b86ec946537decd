-- Four servers and a balancer that sees how many calls each has.
local algorithm = param { "algorithm", "least_connections" }
client "c" { arrivals = poisson "36/s", target = "lb" }
load_balancer "lb" { algorithm = algorithm, backends = "s" }
service "s" { instances = 4, workers = 1, work = exponential "100ms" }
run { duration = "5000s", warmup = "50s", replications = 20 }
