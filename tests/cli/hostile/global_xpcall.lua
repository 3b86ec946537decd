-- expect: 'xpcall' does not exist
local x = xpcall
