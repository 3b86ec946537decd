-- How many of a Poisson number N of calls does a fixed window of L refuse: E[(N - L)+] / E[N].
local offered = param { "offered", "100/s" }

client "counts" { arrivals = poisson(offered), target = "window" }
service "window" { on = { limit { "100/s", window = "1s", algorithm = "fixed_window" } } }
run { duration = "500s", warmup = "1s", replications = 10 }
