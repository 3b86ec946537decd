-- expect: nothing makes requests
-- Breaking one's own library harms nobody.
string.format = nil; string.find = nil; math.floor = nil; table.sort = nil
