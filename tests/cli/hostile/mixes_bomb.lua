-- expect: and each is counted apart; the limit is 50000
local mix = {}
for i = 1, 250 do mix["op" .. i] = 1 / 250 end
for i = 1, 201 do
  client("c" .. i) { arrivals = poisson "1/s", target = "s", mix = mix }
end
service "s" {}
