-- The database keeps out the writes of a holder that hung for longer than its lease.
client "users" { arrivals = poisson "5/s", target = "shop", timeout = "5s",
  mix = { put = 1 }, keys = uniform_keys { n = 1000 } }
service "shop" { on = {
  lock { "locks", lease = "10s", renew = true, timeout = "4s" },
  call { "stock", timeout = "1s" },
} }
lock_service "locks" { work = "2ms" }
database "stock" { workers = 4, write = "2ms", write_ops = { "put" }, fencing = true }
fault { hang "shop", at = "50s", lasts = "20s" }
run { duration = "100s", warmup = "10s", replications = 4 }
