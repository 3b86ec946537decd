-- expect: absolute
include "/etc/passwd"
