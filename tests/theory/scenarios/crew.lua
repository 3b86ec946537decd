-- Four servers that fail every 200 h, and one crew that repairs them, 4 h each: how often are at
-- least k of them up, and what share of a load of 3.5 servers is served?
client "c1" { arrivals = poisson "0.1/h", target = "one" }
client "c2" { arrivals = poisson "0.1/h", target = "two" }
client "c3" { arrivals = poisson "0.1/h", target = "three" }
client "c4" { arrivals = poisson "0.1/h", target = "four" }
for need, name in ipairs { "one", "two", "three", "four" } do
  service(name) { on = { call { "s", each = true, need = need } } }
end
service "s" { instances = 4 }
fault { crash "s[*]", mttf = exponential "200h", mttr = exponential "4h", crews = 1 }
run { duration = "1000000h", warmup = "1000h", replications = 10 }
