-- expect: cannot be read
include "missing.lua"
