-- expect: a key of the table is no name
client "c" { arrivals = poisson "1/s", target = "s", [{}] = 1, [1.5] = 2, [true] = 3 }
