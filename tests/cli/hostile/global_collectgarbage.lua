-- expect: 'collectgarbage' does not exist
local x = collectgarbage
