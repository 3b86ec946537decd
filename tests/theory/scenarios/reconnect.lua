-- A gateway is back a moment after a crash. All its clients connect again, each after a pause of
-- its own, uniform up to `jitter`; the handshakes take 5 ms of one of five cores.
local jitter = param { "jitter", "30s" }
client "c" { arrivals = burst { 50000, at = "0s" }, target = "gateway",
  retry = { attempts = 60,
    backoff = exponential { base = jitter, cap = jitter, jitter = "full" } } }
service "gateway" { workers = 5, work = "5ms" }
fault { crash "gateway", at = "0s", lasts = "1us" }
run { duration = "100s", warmup = "0s", replications = 10 }
