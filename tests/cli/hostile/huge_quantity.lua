-- expect: too large
client "c" { arrivals = poisson "1/s", target = "s", timeout = "1e999s" }
service "s" {}
