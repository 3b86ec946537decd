-- expect: not a text
assert(nil, { "nothing" })
