-- expect: 'rawget' does not exist
local x = rawget
