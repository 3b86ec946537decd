-- expect: 'setmetatable' does not exist
local x = setmetatable
