-- One million requests in flight at depth three: client, front, middle, back, nobody ever waits.
client "c" { arrivals = poisson "100000/s", target = "front" }
service "front" { on = { call "middle" } }
service "middle" { on = { call "back" } }
service "back" { work = "10s" }
run { duration = "12s", warmup = "10s", replications = 1 }
