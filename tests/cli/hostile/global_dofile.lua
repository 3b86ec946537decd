-- expect: 'dofile' does not exist
local x = dofile
