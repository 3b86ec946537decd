-- expect: 'getmetatable' does not exist
local x = getmetatable
