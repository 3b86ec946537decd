-- The second load: client, balancer, three servers, database, half a millisecond on every hop.
client "c" { arrivals = poisson "200/s", target = "lb" }
load_balancer "lb" { algorithm = "least_connections", backends = "web" }
service "web" { instances = 3, workers = 1, on = { work(exponential "10ms"), call "db" } }
database "db" { workers = 2, read = exponential "2ms" }
path { from = "c", to = "lb", latency = "500us" }
path { from = "lb", to = "web", latency = "500us" }
path { from = "web", to = "db", latency = "500us" }
run { duration = "10000s", warmup = "100s", replications = 1 }
