-- The first journeys are over when the measurement begins.
client "users" {
  arrivals = poisson "5/s", target = "web", timeout = "1s",
  journey = { request "browse", pause "10s", request "buy" },
}
service "web" { workers = 4, work = exponential "20ms" }
run { duration = "200s", warmup = "20s", replications = 4 }
