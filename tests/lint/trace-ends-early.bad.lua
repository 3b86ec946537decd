client "users" { arrivals = trace { csv = "trace-ends-early.csv" }, target = "web" }
service "web" { work = "10ms" }
run { duration = "60s" }
