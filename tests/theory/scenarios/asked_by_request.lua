-- A health check that is a request, in a queue that others keep busy; so seldom that none meets
-- what the one before it left.
client "c" { arrivals = poisson "80/s", target = "s", mix = { page = 1 } }
client "idle" { arrivals = burst { 1, at = "0s" }, target = "lb", mix = { page = 1 } }
load_balancer "lb" { backends = "s", panic = "100%",
  health_check = { op = "health", interval = "10s", timeout = "100ms" } }
service "s" { workers = 1, on = { page = { work(exponential "10ms") },
  health = { work(exponential "10ms") } } }
run { duration = "2000s", warmup = "10s", replications = 60 }
