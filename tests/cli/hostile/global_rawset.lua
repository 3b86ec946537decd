-- expect: 'rawset' does not exist
local x = rawset
