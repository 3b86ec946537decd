-- Ten servers with queues, each call to one by chance, and a further one to another after 30 ms.
client "c" { arrivals = poisson "300/s", target = "lb" }
load_balancer "lb" { algorithm = "random", backends = "s", hedge = { after = "30ms" } }
service "s" { instances = 10, workers = 1, work = exponential "10ms" }
run { duration = "1000s", warmup = "50s", replications = 10 }
