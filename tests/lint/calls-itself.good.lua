-- The inner calls have a pool of their own; what follows an answer does not hold the worker.
client "users" { arrivals = poisson "10/s", target = "pool", timeout = "1s" }
service "pool" { workers = 4, on = {
  default = { work "1ms", call "inner", reply { hand_over = true }, call { "pool", op = "later" } },
  later = { work "1ms" } } }
service "inner" { workers = 4, work = "1ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
