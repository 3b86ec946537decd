-- Nobody waits: the number in service is Poisson whatever the service law.
local law = param { "law", "exponential", doc = "service law" }
local laws = { exponential = exponential "400ms", constant = "400ms" }
client "c" { arrivals = poisson "50/s", target = "s" }
service "s" { work = laws[law] }
run { duration = "5000s", warmup = "10s", replications = 20 }
