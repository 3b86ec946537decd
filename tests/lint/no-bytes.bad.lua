-- Nobody says how large an upload is, so that the check of it takes no time.
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "1s" }
load_balancer "lb" { backends = "web" }
service "web" { workers = 4, on = { work { "2ms", per_byte = "10ns", of = "request" } } }
run { duration = "100s", warmup = "10s", replications = 4 }
