-- A site dies just after a check (at 15, 45 ... s); 90 s later its name means another one, but
-- callers remember the old answer for up to 60 s. Each caller sends requests at a rate and asks
-- again when its answer is old, so that at any time it remembers one with a chance of rate x ttl
-- / (1 + rate x ttl). They begin one second after the other, as those who asked at once would
-- ask at once again.
local rate = param { "rate", "0.1/s" }
for i = 1, 61 do
  client("c" .. i) { instances = 33, target = "name",
    arrivals = poisson(profile { { "0s", "0/s" }, { "1s" * i, rate }, steps = true }) }
end
dns "name" { backends = { "first", "second" }, algorithm = "failover", ttl = "60s",
  health_check = { interval = "30s", fall = 3, first = "even" } }
service "first" {}
service "second" {}
fault { crash "first", at = "1185.001s" }
run { duration = "1500s", warmup = "1100s", replications = 4 }
