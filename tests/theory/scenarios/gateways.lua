-- Two gateways that are available for the same share of the time: one fails every 30 days for 4 h,
-- one every 7 days for 56 min.
client "c" { arrivals = constant "1/h", target = "rare" }
client "d" { arrivals = constant "1/h", target = "often" }
service "rare" {}
service "often" {}
fault { crash "rare", mttf = exponential "30d", mttr = exponential "4h" }
fault { crash "often", mttf = exponential "7d", mttr = exponential "56min" }
run { duration = "50000d", warmup = "1d", replications = 10 }
