-- Names that are remembered for 30 s; zones of which one has two servers and one has one; a version
-- that gets 10 %, 50 % and all of the calls for a minute each.
client "a" { instances = 20, arrivals = poisson "0.1/s", target = "name" }
dns "name" { backends = { "x", "y" }, ttl = "30s", lookup = "20ms" }
service "x" { work = "1ms" }
service "y" { work = "1ms" }
client "b" { instances = 2, zone = { "za", "zb" }, arrivals = poisson "50/s", target = "near" }
load_balancer "near" { instances = 2, zone = { "za", "zb" }, zone_aware = { least = 2 },
  backends = "s" }
service "s" { instances = 3, zone = { "za", "za", "zb" }, work = "1ms" }
client "c" { arrivals = poisson "10/s", target = "lb" }
load_balancer "lb" { backends = { "v1", "v2" } }
service "v1" { work = "1ms" }
service "v2" { work = "1ms" }
control "r" { at = "1000s", act = rollout { "v1", to = "v2", by = { "10%", "50%", "100%" },
  every = "500s" } }
run { duration = "2500s", warmup = "0s", replications = 20 }
