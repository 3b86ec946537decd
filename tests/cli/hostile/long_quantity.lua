-- expect: too long
client "c" { arrivals = poisson "1/s", target = "s", timeout = string.rep("9", 1000000) .. "s" }
service "s" {}
