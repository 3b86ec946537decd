client "shops" { arrivals = poisson "50/s", target = "stock", mix = { write = 1 }, timeout = "1s" }
database "stock" { workers = 8, write = exponential "10ms", row_locks = true }
run { duration = "1min" }
