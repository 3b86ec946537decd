-- expect: expected arrivals
local t = {}
for i = 1, 100000 do t = { t } end
client "c" { arrivals = t, target = "s" }
service "s" {}
