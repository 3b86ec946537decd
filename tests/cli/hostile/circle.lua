-- expect: round in a circle
client "c" { arrivals = poisson "1/s", target = "a" }
for i = 1, 300 do service("s" .. i) { on = { call("s" .. i % 300 + 1) } } end
service "a" { on = { call "s1" } }
