-- The same, mended.
client "c" { arrivals = poisson "10/s", target = "q" }
topic "q" {}
topic "dlq" {}
service "a" { workers = 4, work = "50ms",
  subscribe = { "q", deliveries = 5, dead_letter = "dlq" } }
run { duration = "60s" }
goal "dlq.published < 1"
