-- expect: 64 MiB
local t = {}
for i = 1, 1000 do t[i] = string.rep("x", 60000) end
local s = table.concat(t, string.rep("y", 60000))
