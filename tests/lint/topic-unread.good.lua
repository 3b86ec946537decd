-- The same, mended.
client "c" { arrivals = poisson "10/s", target = "q" }
topic "q" {}
service "a" { workers = 4, work = "50ms", subscribe = { "q" } }
run { duration = "60s" }
