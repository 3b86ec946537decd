-- Messages that nobody takes.
client "c" { arrivals = poisson "10/s", target = "q" }
topic "q" {}
run { duration = "60s" }
