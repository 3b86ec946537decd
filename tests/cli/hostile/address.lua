-- expect: addresses differ
local s = string.format("%p", {})
