-- 300/s times 20 ms keep 6 workers busy; web has 2 x 4. The 600/s of the warm-up are not measured.
client "users" {
  arrivals = poisson(profile { { "0s", "600/s" }, { "50s", "300/s" } }),
  target = "lb", timeout = "1s",
}
load_balancer "lb" { backends = "web" }
service "web" { instances = 2, workers = 4, work = exponential "20ms" }
run { duration = "100s", warmup = "50s", replications = 4 }
