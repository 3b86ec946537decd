-- expect: 50000000 steps
local function again() return again() end
again()
