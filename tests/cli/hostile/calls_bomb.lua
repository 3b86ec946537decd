-- expect: too many
local calls = {}
for i = 1, 60000 do calls[i] = call "s" end
local p = parallel(calls)
local steps = {}
for i = 1, 1000 do steps[i] = p end
client "c" { arrivals = poisson "1/s", target = "w" }
service "w" { on = steps }
service "s" {}
