-- How much do n users at once get done, of whom each slows down the others?
local users = param { "users", 8 }
client "c" { arrivals = closed { users = users, think = "0s" }, target = "s" }
service "s" { work = "1s", slows = usl { sigma = 0.03, kappa = 0.0005 } }
run { duration = "2000s", warmup = "200s", replications = 2 }
