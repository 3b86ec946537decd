-- expect: non-closable
local x <close> = {}
