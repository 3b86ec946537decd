-- A request holds a worker of the pool and asks the same pool, through a proxy, for another one.
client "users" { arrivals = poisson "10/s", target = "pool", timeout = "1s" }
service "pool" { workers = 4, on = { default = { work "1ms", call { "proxy", op = "inner" } },
                                     inner = { work "1ms" } } }
service "proxy" { on = { call "pool" } }
run { duration = "100s", warmup = "10s", replications = 4 }
