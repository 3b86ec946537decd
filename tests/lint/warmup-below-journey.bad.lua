-- Nobody buys within the first ten seconds, eight of which are measured.
client "users" {
  arrivals = poisson "5/s", target = "web", timeout = "1s",
  journey = { request "browse", pause "10s", request "buy" },
}
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "200s", warmup = "2s", replications = 4 }
