-- expect: the limit is
client "c" { arrivals = poisson "1/s", target = "s1" }
for i = 1, 9 do service("s" .. i) { instances = 90000 } end
