-- Half a minute of what is normal comes first, and time enough behind it.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { backends = "web", health_check = { interval = "2s", timeout = "1s" } }
service "web" { instances = 3, workers = 4, work = exponential "20ms" }
fault { crash "web[2]", at = "41s", lasts = "20s" }
goal { recovers = "users.goodput", within = "10s", after = "crash web[2]" }
goal { "users.availability > 80%", during = "crash web[2]" }
run { duration = "100s", warmup = "10s", replications = 4 }
