-- expect: 'pcall' does not exist
while true do pcall(function() while true do end end) end
