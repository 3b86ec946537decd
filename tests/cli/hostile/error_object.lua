-- expect: not a text
assert(false, true)
