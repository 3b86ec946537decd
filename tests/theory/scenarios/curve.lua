-- M/M/2/5 whose servers take longer the busier they are: a birth-death chain.
client "c" { arrivals = poisson "50/s", target = "s" }
service "s" {
  workers = 2, queue = 3, work = exponential "20ms",
  slows = curve { { 0, 1 }, { 0.5, 1.5 }, { 1, 2 } },
}
run { duration = "5000s", warmup = "50s", replications = 10 }
