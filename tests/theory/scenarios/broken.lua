-- Two populations: a server that crashes and stays down, before the measured second or not at all.
client "c" { arrivals = constant "200/s", target = "s" }
service "s" { work = "1ms" }
fault { crash "s", mttf = exponential "30s", mttr = "1000s" }
run { duration = "11s", warmup = "10s", replications = 30 }
