-- expect: is no name
service(string.rep("x", 1000000)) {}
