-- n components that fail every 100 h by themselves and are repaired within 1 h; k of them suffice.
local n = param { "n", 3 }
local k = param { "k", 2 }
local length = param { "length", "1000000h" }
client "c" { arrivals = constant "1/h", target = "system" }
service "system" { on = { call { "s", each = true, need = k } } }
service "s" { instances = n }
fault { crash "s[*]", mttf = exponential "100h", mttr = exponential "1h" }
run { duration = length, warmup = "1000h", replications = 10 }
