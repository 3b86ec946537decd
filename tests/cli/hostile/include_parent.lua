-- expect: outside
include "../../../../../../../../../etc/passwd"
