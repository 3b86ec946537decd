-- expect: more than 10000
for i = 1, 1e6 do service("s" .. i) {} end
