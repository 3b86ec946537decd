-- One request asks three services at once, whose quantiles are known.
client "c" { arrivals = poisson "1000/s", target = "page" }
service "page" { on = { parallel { call { "leaf", times = 3 } } } }
service "leaf" { work = empirical { min = "50ms", p50 = "100ms", p90 = "200ms", p99 = "3s",
  p999 = "8s", max = "10s" } }
goal "c.within.100ms >= 0%"
goal "c.within.200ms >= 0%"
goal "c.within.3s >= 0%"
goal "c.within.8s >= 0%"
run { duration = "200s", warmup = "20s", replications = 10 }
