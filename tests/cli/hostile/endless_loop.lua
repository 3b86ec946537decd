-- expect: 50000000 steps
while true do end
