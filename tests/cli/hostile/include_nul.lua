-- expect: name of a file
include "a\0b"
