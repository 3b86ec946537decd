-- 1/s of 200 s are 200 desktops at once, and two databases hold 50 each.
client "desks" {
  arrivals = poisson "1/s", target = "lb", timeout = "1s",
  session = { lasts = exponential "200s", think = "20s" },
}
load_balancer "lb" { backends = "db" }
service "db" { instances = 2, workers = 8, queue = 64, sessions = 50, work = exponential "5ms" }
run { duration = "1000s", warmup = "500s", replications = 4 }
