-- One request in 10,000 fails, and replications see few of them or none.
client "c" { arrivals = constant "100/s", target = "s" }
service "s" { work = "1ms" }
fault { error { "s", ratio = "0.01%" }, at = "0s" }
run { duration = "11s", warmup = "1s", replications = 10 }
