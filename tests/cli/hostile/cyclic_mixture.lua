-- expect: nested more than
local list = { { 0.5, "1ms" }, { 0.5, "1ms" } }
local m = mixture(list)
list[1][2] = m
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { work = m }
