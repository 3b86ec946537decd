-- expect: folder
include "."
