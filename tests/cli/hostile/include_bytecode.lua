-- expect: compiled Lua
include "bytecode.lua"
