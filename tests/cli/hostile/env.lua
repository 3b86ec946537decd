-- expect: nothing makes requests
-- A chunk's own environment may be replaced, but leads nowhere.
local _ENV = { service = service }
client2 = 5
service "s" {}
