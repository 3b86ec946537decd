-- expect: at most 255
local mix = {}
for i = 1, 1000 do mix["op" .. i] = 1 / 1000 end
client "c" { arrivals = poisson "1/s", target = "s", mix = mix }
service "s" {}
