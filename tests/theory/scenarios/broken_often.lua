-- A process that is killed for what it leaks; one of four that breaks now and then; two that break
-- alone and together; and one that has to warm up again.
client "a" { arrivals = poisson "10/s", target = "s" }
service "s" { memory = { leak = "1MB", limit = "100MB", restart = "2s" } }
client "b" { arrivals = poisson "20/s", target = "four" }
service "four" { instances = 4 }
fault { crash { random = { "four", every = "100s" } }, lasts = "20s" }
client "d" { arrivals = poisson "20/s", target = "lb" }
load_balancer "lb" { backends = { "x", "y" }, retry = { attempts = 2, backoff = "0ms" } }
service "x" {}
service "y" {}
fault { crash "x", mttf = exponential "90s", mttr = exponential "10s" }
fault { crash "y", mttf = exponential "90s", mttr = exponential "10s" }
fault { crash { group = { "x", "y" } }, mttf = exponential "95s", mttr = exponential "5s" }
run { duration = "50000s", warmup = "100s", replications = 10 }
