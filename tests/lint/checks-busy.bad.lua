-- Both are busy at the peak, and the first that is taken out leaves all to the other one.
client "users" { arrivals = poisson "80/s", target = "lb", timeout = "1s", mix = { page = 1 } }
load_balancer "lb" { backends = "web",
  health_check = { op = "health", interval = "2s", timeout = "500ms" } }
service "web" { instances = 2, workers = 4,
  on = { page = { work "40ms" }, health = { work "1ms" } } }
run { duration = "100s", warmup = "10s", replications = 4 }
