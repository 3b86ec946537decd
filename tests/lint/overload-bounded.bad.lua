-- A worker of web is held for 10 ms of its own and 30 ms of the store's: 8 of 4 are needed.
client "users" { arrivals = poisson "200/s", target = "web", timeout = "2s" }
service "web" { workers = 4, queue = 16, on = { default = {
  work "10ms", call { "store", timeout = "1s" },
} } }
service "store" { workers = 16, work = exponential "30ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
