-- expect: 'utf8' does not exist
local x = utf8
