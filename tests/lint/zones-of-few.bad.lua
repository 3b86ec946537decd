-- Five backends, and zones matter from six on.
region "eu" { zones = { "a", "b" } }
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { instances = 2, zone = { "a", "b" }, backends = "web",
  zone_aware = {} }
service "web" { instances = 5, zone = { "a", "b" }, workers = 4, work = exponential "10ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
