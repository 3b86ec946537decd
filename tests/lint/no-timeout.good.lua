-- The database swallows every tenth call; web gives up on it after 100 ms.
client "users" { arrivals = poisson "50/s", target = "web" }
service "web" { workers = 64, on = { default = { work "2ms", call { "db", timeout = "100ms" } } } }
database "db" { workers = 4, read = "5ms" }
fault { drop { "db", ratio = "10%" }, at = "20s", lasts = "20s" }
run { duration = "100s", warmup = "10s", replications = 4 }
