-- The request as a whole is tried three times, so that each try reads what is there then.
client "users" {
  arrivals = poisson "50/s", target = "app", timeout = "1s", keys = uniform_keys { n = 20 },
  retry = { attempts = 3, backoff = exponential { base = "10ms", cap = "1s", jitter = "full" } },
}
service "app" {
  workers = 16, queue = 64,
  on = {
    call { "db", op = "read", timeout = "200ms" },
    call { "db", op = "write", if_unchanged = true, timeout = "200ms" },
  },
}
database "db" { workers = 8, read = exponential "2ms", write = exponential "5ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
