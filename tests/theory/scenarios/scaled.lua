-- A service that begins with all its members: how many are left when a control has seen what they
-- do?
client "c" { arrivals = constant "40/s", target = "lb" }
load_balancer "lb" { backends = "s" }
service "s" { instances = 20, workers = 1, work = "100ms" }
control "h" { watch = "s.utilization", target = "50%", every = "15s", cooldown = "1min",
  act = scale { "s", from = 2, to = 20 } }
run { duration = "1000s", warmup = "500s", replications = 2 }
