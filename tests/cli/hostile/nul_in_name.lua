-- expect: is no name
client "c\0d" {}
