-- expect: 'package' does not exist
local x = package
