-- The responder has 300 ms of the second that a call has.
client "users" { arrivals = poisson "20/s", target = "web", timeout = "1s" }
service "web" { workers = 8, queue = 64, work = exponential "5ms" }
service "ca" {}
path { from = "users", to = "ca", latency = "20ms" }
path { from = "users", to = "web", latency = "5ms", transport = "tcp",
       connect = { tls = "1.3", keep = "30s", check = "ocsp", responder = "ca",
                   check_timeout = "300ms" } }
run { duration = "100s", warmup = "10s", replications = 4 }
