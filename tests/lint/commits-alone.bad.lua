-- A crash between the two writes leaves the money on neither account.
client "users" { arrivals = poisson "50/s", target = "bank", timeout = "5s",
  mix = { transfer = 1 }, keys = uniform_keys { n = 1000 } }
service "bank" { on = {
  transaction {
    call { "from", op = "write", timeout = "1s" }, call { "to", op = "write", timeout = "1s" },
  },
} }
database "from" { workers = 4, write = "2ms" }
database "to" { workers = 4, write = "2ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
