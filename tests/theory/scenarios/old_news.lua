-- Eight servers that work for a second on average, and a balancer that knows how many calls each
-- has from a board that is written again every so often (periodic update).
local every = param { "every", "2s", doc = "time between two updates of the board" }
local algorithm = param { "algorithm", "power_of_two", doc = "power_of_two or least_connections" }
local length = param { "length", "100000s", doc = "time" }

client "c" { arrivals = poisson "7.2/s", target = "lb" }
load_balancer "lb" { algorithm = algorithm, backends = "s", reports = { every = every } }
service "s" { instances = 8, workers = 1, work = exponential "1s" }
run { duration = length, warmup = "2000s", replications = 4 }
