-- expect: deep
include "include_self.lua"
