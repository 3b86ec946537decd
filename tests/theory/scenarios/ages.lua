-- One datum: in a cache before a cache, in one whose entries live from their last use, and in a
-- cache of each of four callers.
client "c" { arrivals = poisson "2/s", target = "near", keys = uniform_keys { n = 1 } }
cache "near" { capacity = 10, ttl = "1s", origin = "far" }
cache "far" { capacity = 10, ttl = "3s", origin = "db" }
client "d" { arrivals = poisson "2/s", target = "used", keys = uniform_keys { n = 1 } }
cache "used" { capacity = 10, ttl = "1s", expire = "after_access", origin = "db" }
client "e" { arrivals = poisson "8/s", target = "web", keys = uniform_keys { n = 1 } }
service "web" { instances = 4, on = { call "own" } }
cache "own" { capacity = 10, ttl = "1s", per = "caller", origin = "db" }
service "db" {}
run { duration = "20000s", warmup = "100s", replications = 10 }
