-- expect: key 'tier' of client "c1": its 64 entries and those of the other clients are 50048 in all
local tiers = {}
for i = 1, 64 do tiers["tier" .. i] = 1 / 64 end
for i = 1, 782 do
  client("c" .. i) { arrivals = poisson "1/s", target = "s", users = 1000, tier = tiers }
end
service "s" {}
