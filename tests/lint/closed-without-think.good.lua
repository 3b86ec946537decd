-- While web is down the users ask again after a second.
client "users" { arrivals = closed { users = 4, think = exponential "1s" }, target = "web",
  timeout = "1s" }
service "web" { workers = 4, work = exponential "20ms" }
fault { crash "web", at = "20s", lasts = "10s" }
run { duration = "100s", warmup = "10s", replications = 4 }
