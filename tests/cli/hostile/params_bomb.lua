-- expect: more than 1000
for i = 1, 1e6 do param { "p" .. i, i } end
