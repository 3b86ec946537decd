-- Twenty virtual users are to keep up a fixed rate: what does the load generator do when the
-- system slows down, and what do its figures leave out?
--
-- Source: github.com/grafana/k6/issues/2837
-- A rate of 100/s needs 10 users at 100 ms, but 50 at 500 ms: with twenty the rest is never sent
-- and counts as dropped, which no figure of the requests that were sent shows. 21.4 % were
-- dropped there, of a system that is not known further; here it is slow for as long as gives that
-- share.
--
-- Off: users=60  enough virtual users for the slow system
-- Off: slow=1  the system does not slow down
-- Answer: generator.dropped
local users = param { "users", 20, doc = "virtual users" }
local factor = param { "slow", 5.0, doc = "how many times as long it takes meanwhile" }

client "generator" { arrivals = constant "100/s", target = "system", most = users }
service "system" { work = "100ms" }
if factor > 1 then fault { slow { "system", factor = factor }, at = "20s", lasts = "21.4s" } end

goal "generator.dropped > 1200"
goal "generator.dropped < 1360"
goal "generator.availability == 100%"
run { duration = "60s", warmup = "0s", replications = 2 }
