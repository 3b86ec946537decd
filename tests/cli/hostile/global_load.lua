-- expect: 'load' does not exist
local x = load
