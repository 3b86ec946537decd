-- expect: greater than 0
client "c" { arrivals = poisson "0/s", target = "s" }
service "s" {}
