-- Each of two fails by itself every 100 h, and both every 1000 h for a cause that they share.
client "c" { arrivals = constant "1/h", target = "both" }
service "both" { on = { call { "s", each = true, need = 1 } } }
service "s" { instances = 2 }
fault { crash "s[*]", mttf = exponential "100h", mttr = exponential "4h" }
fault { crash "s", mttf = exponential "1000h", mttr = exponential "4h" }
run { duration = "400000h", warmup = "1000h", replications = 10 }
