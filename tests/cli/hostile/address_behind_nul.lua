-- expect: addresses differ
local s = string.format("\0%p", {})
