-- Uploads have a size, which the balancer passes on.
client "users" { arrivals = poisson "50/s", target = "lb", request = "500kB", timeout = "1s" }
load_balancer "lb" { backends = "web" }
service "web" { workers = 4, on = { work { "2ms", per_byte = "10ns", of = "request" } } }
run { duration = "100s", warmup = "10s", replications = 4 }
