-- expect: arithmetic
local x = exponential "5ms" + 1
