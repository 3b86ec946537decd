-- What does a request cost? The servers are paid for, the database is not.
client "c" { arrivals = poisson "10/s", target = "web" }
service "web" { on = { work "5ms", call { "db", op = "read" } }, price = "0.10/h" }
database "db" { workers = 4, read = "2ms" }
goal "cost.request < 0.001"
run { duration = "60s" }
