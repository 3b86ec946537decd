client "users" { arrivals = trace { csv = "trace-ends-early.csv", every = "3s" }, target = "web" }
service "web" { work = "10ms" }
run { duration = "60s" }
