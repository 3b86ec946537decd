-- expect: negative
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { workers = -1 }
