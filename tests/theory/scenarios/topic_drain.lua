-- The only consumer of a queue is away for 60 s: how old does a message get, and how long is the
-- backlog there? Fluid: 80/s for 60 s are 4800, and 20/s drain them in 240 s.
client "c" { arrivals = constant "80/s", target = "q" }
topic "q" {}
service "w" { workers = 1, work = "10ms", subscribe = { "q" } }
fault { crash "w", at = "60s", lasts = "60s" }
run { duration = "600s", warmup = "10s", replications = 4 }
