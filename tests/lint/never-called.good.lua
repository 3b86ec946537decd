-- One request in a hundred asks the archive.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s" }
service "web" { workers = 8, on = { default = {
  work "2ms",
  branch { p = "1%", call { "archive", timeout = "100ms" } },
} } }
service "archive" { workers = 1, work = "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
