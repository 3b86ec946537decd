-- expect: more than
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" {}
for i = 1, 5000 do fault { crash "s", at = "1s" } end
