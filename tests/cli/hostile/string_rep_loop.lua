-- expect: of CPU time
-- Each step is cheap to count and slow to do.
for i = 1, 1e9 do local s = string.rep("x", 1 << 23) end
