-- expect: nested more than
local steps = { }
steps[1] = branch { p = 0.5, otherwise = steps, sleep "1ms" }
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { on = steps }
