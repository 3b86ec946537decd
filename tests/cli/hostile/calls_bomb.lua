-- expect: one value without a key too many
local calls = {}
for i = 1, 70000 do calls[i] = call "s" end
local steps = {}
for i = 1, 1000 do steps[i] = parallel(calls) end
client "c" { arrivals = poisson "1/s", target = "w" }
service "w" { on = steps }
service "s" {}
