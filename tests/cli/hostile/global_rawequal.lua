-- expect: 'rawequal' does not exist
local x = rawequal
