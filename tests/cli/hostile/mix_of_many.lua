-- expect: its entries times its instances are 500250
local mix = {}
for i = 1, 250 do mix["op" .. i] = 1 / 250 end
client "c" { instances = 2001, arrivals = poisson "1/s", target = "s", mix = mix }
service "s" {}
