-- expect: attempt to call a nil value
local _ENV = {}
client "c" {}
