-- The branch that calls the archive is never taken.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s" }
service "web" { workers = 8, on = { default = {
  work "2ms",
  branch { p = "0%", call { "archive", timeout = "100ms" } },
} } }
service "archive" { workers = 1, work = "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
