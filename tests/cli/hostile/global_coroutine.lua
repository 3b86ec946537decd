-- expect: 'coroutine' does not exist
local x = coroutine
