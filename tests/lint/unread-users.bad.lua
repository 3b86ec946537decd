-- Whose requests they are matters to nobody.
client "users" { arrivals = poisson "50/s", target = "web", users = 1000 }
service "web" { workers = 8, work = exponential "20ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
