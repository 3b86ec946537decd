-- Processor sharing: the time a request of a given size takes depends on its size alone. One
-- request in a hundred takes exactly 30 ms of work; with the others the mean is 10 ms.
client "c" { arrivals = poisson "80/s", target = "s", mix = { other = 0.99, sized = 0.01 } }
service "s" { workers = 1, discipline = "ps",
  on = { other = { work(exponential "9.797979797979798ms") }, sized = { work "30ms" } } }
run { duration = "5000s", warmup = "200s", replications = 30 }
