-- The work under the lock takes longer than the lease, now and then.
client "users" { arrivals = poisson "5/s", target = "shop", timeout = "5s",
  mix = { put = 1 }, keys = uniform_keys { n = 1000 } }
service "shop" { on = {
  lock { "locks", lease = "1s", timeout = "4s" },
  work(exponential "200ms"),
  call { "stock", timeout = "1s" },
} }
lock_service "locks" { work = "2ms" }
database "stock" { workers = 4, write = "2ms", write_ops = { "put" }, fencing = true }
run { duration = "100s", warmup = "10s", replications = 4 }
