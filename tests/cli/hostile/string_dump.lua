-- expect: attempt to call a nil value
local code = string.dump(function() end)
