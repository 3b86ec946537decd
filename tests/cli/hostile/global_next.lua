-- expect: 'next' does not exist
local x = next
