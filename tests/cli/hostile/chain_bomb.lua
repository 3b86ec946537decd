-- expect: operation 'op1' of load_balancer "lb240" is one too many: 60000 operations
local mix = {}
for i = 1, 250 do mix["op" .. i] = 1 / 250 end
client "c" { arrivals = poisson "1/s", target = "lb1", mix = mix }
for i = 1, 900 do load_balancer("lb" .. i) { backends = { "lb" .. i + 1 } } end
service "lb901" {}
