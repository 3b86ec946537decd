-- A third of the requests fails for 25 s, until three checks have failed: 9 % of all in 90 s.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { backends = "web",
  health_check = { interval = "10s", timeout = "1s", fall = 3 } }
service "web" { instances = 3, workers = 4, work = exponential "20ms" }
fault { crash "web[2]", at = "41s", lasts = "40s" }
goal "users.availability >= 99%"
run { duration = "100s", warmup = "10s", replications = 4 }
