-- W39: a process that hangs at any time is found out by the third failed probe, and one that
-- crashes 30 s after each start is down for longer and longer: 10, 20, 40, 80, 160, 300 s.
local hangs = param { "hangs", true, doc = "or crashes" }
client "c" { arrivals = constant "1/min", target = "s", timeout = "1s" }
service "s" { work = "1ms" }
control "alive" { probe = "s", every = "5s", timeout = "1s", fails = 3, exits = not hangs,
  act = restart { "s", takes = hangs and "20s" or "0s",
    backoff = not hangs and exponential { base = "10s", cap = "300s" } or nil } }
if hangs then
  fault { hang "s[1]", mttf = exponential "100s", mttr = "1000d" }
  run { duration = "200000s", replications = 4 }
else
  fault { crash "s[1]", mttf = "30s", mttr = "1000d" }
  run { duration = "1450s", replications = 1 }
end
