-- Lives that are not memoryless, and a member that is met by chance every 100 s.
client "a" { arrivals = poisson "1/s", target = "s" }
service "s" {}
fault { crash "s", mttf = weibull { mean = "100s", shape = 2 }, mttr = lognormal { mean = "10s",
  cv = 1 } }
client "b" { arrivals = poisson "1/s", target = "t" }
service "t" { instances = 4 }
fault { crash { random = { "t", every = exponential "100s" } }, lasts = "10s" }
run { duration = "50000s", warmup = "50s", replications = 20 }
