-- Arrivals that jump between two rates, 40/s for 2 s and 160/s for 1 s on average, at one server.
client "c" { arrivals = mmpp { { "40/s", "2s" }, { "160/s", "1s" } }, target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
run { duration = "8000s", warmup = "100s", replications = 60 }
