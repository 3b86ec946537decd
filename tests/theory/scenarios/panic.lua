-- Of ten servers some are down, and the balancer's checks know it: below the threshold it gives
-- calls to all of them all the same.
local failed = param { "failed", 6, doc = "servers that are down" }
local algorithm = param { "algorithm", "random", doc = "how to balance" }
client "c" { arrivals = poisson "100/s", target = "lb" }
load_balancer "lb" {
  algorithm = algorithm, backends = "s", panic = "50%",
  health_check = { interval = "1s", timeout = "500ms", fall = 1 },
}
service "s" { instances = 10 }
for i = 1, failed do fault { crash("s[" .. i .. "]"), at = "1s", lasts = "2h" } end
run { duration = "1010s", warmup = "10s", replications = 4 }
