-- expect: index
local x = exponential("5ms").mean
