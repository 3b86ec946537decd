-- Instances are multiplied by copies.
client "c" { arrivals = poisson "10/s", target = "pg", mix = { read = "50%", write = "50%" },
  keys = uniform_keys { n = 1000 } }
database "pg" { instances = 3, copies = { n = 3 } }
run { duration = "60s" }
