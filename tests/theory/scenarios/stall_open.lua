-- Requests every 10 ms whatever happens; the server stands still for the first ten seconds.
client "c" { arrivals = constant "100/s", target = "s" }
service "s" { workers = 1, work = "1ms" }
fault { hang "s", at = "0s", lasts = "10s" }
run { duration = "100s", warmup = "0s", replications = 1 }
