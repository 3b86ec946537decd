client "shops" { arrivals = poisson "50/s", target = "stock", mix = { write = 1 }, timeout = "1s",
  keys = uniform_keys { n = 1000 } }
database "stock" { workers = 8, write = exponential "10ms",
  rows = { n = 3, keys = uniform_keys { n = 1000 }, order = "sorted" } }
run { duration = "1min" }
