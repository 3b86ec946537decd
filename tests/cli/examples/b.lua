-- Stands for the b.lua that commands of the manual speak of.
client "users" { arrivals = poisson "90/s", target = "web" }
service "web" { workers = 2, work = exponential "8ms" }
run { duration = "20s", warmup = "2s", replications = 4 }
