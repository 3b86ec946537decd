-- expect: 'debug' does not exist
local x = debug
