-- expect: 'loadfile' does not exist
local x = loadfile
