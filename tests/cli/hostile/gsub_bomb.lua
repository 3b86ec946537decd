-- expect: 64 MiB
local s = string.rep("x", 100000)
s:gsub("x", string.rep("y", 100000))
