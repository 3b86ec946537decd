-- expect: 'io' does not exist
local x = io
