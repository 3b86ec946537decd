-- Requests that all come at once are put on servers: how many does the fullest one get?
local balls = param { "balls", 1000 }
local bins = param { "bins", 10 }
local algorithm = param { "algorithm", "random", doc = "how to balance" }
client "c" { arrivals = burst { balls, at = "1s" }, target = "lb" }
load_balancer "lb" { algorithm = algorithm, backends = "s" }
service "s" { instances = bins, workers = 1, work = "1s" }
goal "s[*].arrivals < 100000"
run { duration = "2s", warmup = "0s", replications = 100 }
