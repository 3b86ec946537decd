-- A customer of a million has two of eight workers; two workers are dead. With a second try every
-- customer but those of these two get an answer: one of the 28 pairs.
client "c" { arrivals = poisson "10000/s", users = 1000000, target = "lb" }
load_balancer "lb" { algorithm = "shuffle_shard", choices = 2, by = "user", backends = "s",
  retry = { attempts = 2, backoff = "0ms" } }
service "s" { instances = 8 }
for _, dead in ipairs { "s[2]", "s[7]" } do fault { crash(dead), at = "0s" } end
run { duration = "100s", warmup = "1s", replications = 4 }
