-- A backlog of 6000, 50/s more and 10/s a worker; one worker for each hundred that wait, at most
-- 20, is asked for when somebody looks, d after the beginning and then each `every`, and is there
-- 20 s later. Fluid: in d + 20 s it grows by 40/s to p = 6000 + 40 (d + 20), which 150/s take
-- down: with d = 0 it is worked off after 65.3 s. Over 120 s it is (6000 (d + 20) + 20 (d + 20)^2 +
-- p^2 / 300) / 120 on average, with d uniform between 0 and `every`.
local every = param { "every", "30s" }
client "c" { arrivals = constant "50/s", target = "q" }
client "before" { arrivals = burst { 6000, at = "0s" }, target = "q" }
topic "q" {}
service "w" { workers = 1, work = "100ms", start = "20s", subscribe = { "q" } }
control "keda" { watch = "q.backlog", target = 100, every = every, cooldown = "2min",
  act = scale { "w", from = 1, to = 20, up = { members = "unlimited" } } }
run { duration = "120s", warmup = "0s", replications = 4 }
