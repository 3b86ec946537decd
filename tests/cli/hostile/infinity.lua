-- expect: finite
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { workers = math.huge }
