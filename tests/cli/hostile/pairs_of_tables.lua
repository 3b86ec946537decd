-- expect: no place in any order
for k in pairs { [{}] = 1 } do end
