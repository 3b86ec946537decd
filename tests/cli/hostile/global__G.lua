-- expect: '_G' does not exist
local x = _G
