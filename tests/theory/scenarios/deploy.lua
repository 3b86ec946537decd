-- Four members without a queue are stopped one after the other, 100 s each: what is refused?
client "c" { arrivals = poisson "280/s", target = "lb" }
load_balancer "lb" { backends = "s", algorithm = "least_connections" }
service "s" { instances = 4, workers = 1, queue = 0, work = exponential "10ms" }
for i = 1, 4 do fault { stop("s[" .. i .. "]"), at = "100s" * i, lasts = "100s" } end
run { duration = "600s", warmup = "0s", replications = 10 }
