-- expect: out of range
client "c" { arrivals = closed { users = 1e12 }, target = "s" }
service "s" {}
