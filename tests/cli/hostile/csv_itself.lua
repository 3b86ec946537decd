-- expect: is not a number
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { work = empirical { csv = "csv_itself.lua", unit = "ms" } }
