-- An event loop holds no worker while the store works: 2 of 4 are needed.
client "users" { arrivals = poisson "200/s", target = "web", timeout = "2s" }
service "web" { workers = 4, queue = 16, io = "async", on = { default = {
  work "10ms", call { "store", timeout = "1s" },
} } }
service "store" { workers = 16, work = exponential "30ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
