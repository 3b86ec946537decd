-- expect: outside
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { work = empirical { csv = "../../../../../../../../../etc/passwd", unit = "ms" } }
