-- expect: attempt to call a nil value
math.randomseed(1)
