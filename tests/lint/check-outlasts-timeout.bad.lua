-- The responder has two seconds, and a call has one.
client "users" { arrivals = poisson "20/s", target = "web", timeout = "1s" }
service "web" { workers = 8, queue = 64, work = exponential "5ms" }
service "ca" {}
path { from = "users", to = "ca", latency = "20ms" }
path { from = "users", to = "web", latency = "5ms", transport = "tcp",
       connect = { tls = "1.3", keep = "30s", check = "ocsp", responder = "ca" } }
run { duration = "100s", warmup = "10s", replications = 4 }
