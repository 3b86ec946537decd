-- The same, mended.
client "c" { arrivals = poisson "10/s", target = "q" }
topic "q" {}
service "a" { workers = 4, work = lognormal { p50 = "50ms", p99 = "400ms" },
  subscribe = { "q", visibility = "30s" } }
run { duration = "60s" }
