-- The consumer is away for longer than messages are kept.
client "c" { arrivals = poisson "10/s", target = "q" }
topic "q" { retention = "30s" }
service "a" { workers = 4, work = "50ms", subscribe = { "q" } }
fault { crash "a", at = "20s", lasts = "60s" }
run { duration = "5min" }
