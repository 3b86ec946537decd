-- expect: 'require' does not exist
local x = require
