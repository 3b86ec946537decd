-- expect: not valid UTF-8
local p = param { "p", "ÿþ" }
