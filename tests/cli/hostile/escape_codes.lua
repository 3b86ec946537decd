-- expect: ?[31m
assert(false, "\27[31mred\7")
