-- expect: larger than 2^53
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { workers = math.maxinteger }
