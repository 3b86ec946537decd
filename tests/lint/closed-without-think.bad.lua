-- While web is down it refuses at once, and the users ask again at once: the clock stands still.
client "users" { arrivals = closed { users = 4 }, target = "web", timeout = "1s" }
service "web" { workers = 4, work = exponential "20ms" }
fault { crash "web", at = "20s", lasts = "10s" }
run { duration = "100s", warmup = "10s", replications = 4 }
