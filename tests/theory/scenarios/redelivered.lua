-- A consumer that always has work, acknowledges several messages together, and crashes at any time.
local prefetch = param { "prefetch", 20, doc = "messages that it may have" }
local together = param { "together", 10, doc = "messages that are acknowledged at once" }
client "c" { arrivals = constant "20/s", target = "q" }
topic "q" { capacity = 1000 }
service "r" {
  workers = 1, work = "100ms",
  subscribe = { "q", prefetch = prefetch, ack_every = together },
}
fault { crash "r", mttf = exponential "100s", mttr = "1s" }
run { duration = "20000s", warmup = "100s", replications = 10 }
