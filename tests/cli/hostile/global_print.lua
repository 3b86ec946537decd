-- expect: 'print' does not exist
local x = print
