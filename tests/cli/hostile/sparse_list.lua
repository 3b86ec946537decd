-- expect: without a key
client "c" { arrivals = poisson "1/s", target = "s", [1000000000] = 1 }
