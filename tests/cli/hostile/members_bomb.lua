-- expect: out of range
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { instances = 1e15 }
