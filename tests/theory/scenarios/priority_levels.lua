-- Two levels of 100 servers: what share of the calls spills over when some of the first are down?
local healthy = param { "healthy", 50, doc = "servers of the first level that are up" }
client "c" { arrivals = poisson "100/s", target = "lb" }
load_balancer "lb" {
  algorithm = "priority", backends = { "first", "second" },
  health_check = { interval = "1s", timeout = "500ms", fall = 1 },
}
service "first" { instances = 100 }
service "second" { instances = 100 }
for i = 1, 100 - healthy do fault { crash("first[" .. i .. "]"), at = "1s", lasts = "2h" } end
run { duration = "1010s", warmup = "10s", replications = 4 }
