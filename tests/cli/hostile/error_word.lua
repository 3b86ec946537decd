-- expect: stands outside
error { "oops", ratio = 1 }
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" {}
