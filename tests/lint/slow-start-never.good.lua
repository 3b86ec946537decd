-- Does a restarted server get its load at once?
client "users" { arrivals = poisson "50/s", target = "lb" }
load_balancer "lb" { backends = "web", slow_start = "10s",
  health_check = { interval = "2s", timeout = "1s" } }
service "web" { instances = 2, workers = 8, work = exponential "20ms" }
fault { crash "web[1]", at = "20s", lasts = "20s" }
run { duration = "100s", warmup = "10s", replications = 4 }
