-- The same, mended.
client "c" { arrivals = poisson "10/s", target = "q" }
topic "q" { retention = "2min" }
service "a" { workers = 4, work = "50ms", subscribe = { "q" } }
fault { crash "a", at = "20s", lasts = "60s" }
run { duration = "5min" }
