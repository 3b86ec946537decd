-- Every handler has an operation that the client sends.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s",
  mix = { browse = 0.9, buy = 0.1 } }
service "web" { workers = 8, on = {
  browse = { work "2ms" },
  buy = { work "9ms" },
} }
run { duration = "100s", warmup = "10s", replications = 4 }
