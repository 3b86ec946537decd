-- What a crash of the coordinator leaves in doubt: transactions whose window, from the first vote
-- to the decision, is open just then. It crashes every second, and is down for `down` of it.
local window = param { "window", "10ms" }
local down = param { "down", "100ms" }
local duration = param { "duration", "1000s" }
local every = param { "every", "900ms" }
client "c" { arrivals = poisson "200/s", target = "app", keys = uniform_keys { n = 1000000000 } }
service "app" {
  on = {
    transaction {
      call { "from", op = "write" }, call { "to", op = "write" }, commit = "2pc", log = window,
    },
  },
}
database "from" {}
database "to" {}
fault { crash "app", mttf = every, mttr = down }
run { duration = duration, warmup = "0s", replications = 10 }
