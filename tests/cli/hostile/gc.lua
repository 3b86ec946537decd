-- expect: 'setmetatable' does not exist
setmetatable({}, { __gc = function() while true do end end })
