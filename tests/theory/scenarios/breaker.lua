-- A breaker that five failures in a row open for 30 s; ten requests a second; 100 s of an outage.
client "c" { arrivals = constant "10/s", target = "s",
  breaker = { failures = 5, open = "30s", trials = 1 } }
service "s" {}
fault { crash "s", at = "0s", lasts = "100s" }
run { duration = "200s", warmup = "0s", replications = 1 }
