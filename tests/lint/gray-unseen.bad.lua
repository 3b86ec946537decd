-- One of three answers half of its calls with an error, and every check well.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { backends = "web", health_check = { interval = "2s", timeout = "1s" } }
service "web" { instances = 3, workers = 4, work = exponential "20ms" }
fault { error { "web[2]", ratio = "50%", spares = "probes" }, at = "41s", lasts = "40s" }
run { duration = "100s", warmup = "10s", replications = 4 }
