-- expect: expected arrivals
local t = {}
t.arrivals = t; t.target = t; t.mix = t; t[1] = t
client "c" { arrivals = t, target = "s", mix = t, retry = t }
service "s" {}
