-- How many calls to three leaves, whose times are 100 ms, 200 ms or 3 s, take no longer than one of
-- these?
client "c" { arrivals = poisson "5/s", target = "all" }
service "all" { on = { parallel { call { "leaf", times = 3 } } } }
service "leaf" { work = mixture { { 0.9, "100ms" }, { 0.09, "200ms" }, { 0.01, "3s" } } }
goal "c.within.100ms > 0%"
goal "c.within.200ms > 0%"
run { duration = "2000s", warmup = "10s", replications = 4 }
