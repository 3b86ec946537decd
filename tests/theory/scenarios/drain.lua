-- A server stands still for 60 s at 80 % load and works off what piled up.
client "c" { arrivals = poisson "80/s", target = "s" }
service "s" { workers = 1, work = "10ms" }
fault { hang "s", at = "0s", lasts = "60s" }
run { duration = "300s", warmup = "0s", replications = 30 }
