-- The mix names operations that the database does not know: an insert would take 5 ms like a read.
client "users" { arrivals = poisson "50/s", target = "db", timeout = "1s",
  keys = zipf { n = 1000, s = 1.0 }, mix = { get = 0.9, insert = 0.1 } }
database "db" { workers = 4, read = "5ms", write = "8ms" }
run { duration = "100s", warmup = "10s", replications = 4 }
