-- A primary that waits for its copy, which is away every now and then, and goes on alone after a
-- time: how much do writes wait in all?
local after = param { "after", "1s" }
client "c" { arrivals = poisson "10/s", target = "db", mix = { write = 1 },
  keys = uniform_keys { n = 1000 } }
database "db" { copies = { n = 2, write = { 1, fall_back = after } } }
fault { crash "db[2]", mttf = "20s", mttr = "10s" }
run { duration = "3000s", warmup = "0s", replications = 4 }
