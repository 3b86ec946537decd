-- expect: attempt to index
local s = ""
s.__index = function() end
