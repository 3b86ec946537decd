-- expect: of CPU time
-- Backtracking inside one call: no instruction is counted.
string.find(string.rep("a", 50), string.rep("a-", 40) .. "b")
