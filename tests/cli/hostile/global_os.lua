-- expect: 'os' does not exist
local x = os
