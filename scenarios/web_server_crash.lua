-- The second of three web servers crashes for a minute: how many requests fail until the load
-- balancer's health checks take it out, and does it get its share back?
--
-- Covers E02.
-- 90 requests/s, so 30/s meet the dead server and are refused. Checks come every 2 s and the third
-- failed one takes it out (HAProxy's inter, fall and rise): 4 to 6 s after the crash, depending on
-- where in the interval it falls. So 120 to 180 requests fail, not the 1800 of a whole minute.
--
-- Off: checks=false  nobody notices: 30 requests fail each second for the whole minute
-- Off: lasts=10min  the server does not come back
-- Answer: users.errors.refused
local checks = param { "checks", true, doc = "whether the balancer checks health" }
local lasts = param { "lasts", "60s", doc = "how long the server is down" }

client "users" { arrivals = poisson "90/s", target = "lb" }
load_balancer "lb" {
  backends = "web",
  health_check = checks and { interval = "2s", timeout = "1s", fall = 3, rise = 2 },
}
service "web" { instances = 3, workers = 4, work = exponential "20ms" }

fault { crash "web[2]", at = "60s", lasts = lasts }

goal "users.errors.refused >= 110"
goal "users.errors.refused <= 190"
goal "users.availability > 99.3%"
-- Out once, and back at the end.
if checks then
  goal "lb.ejections == 1"
  goal "lb.healthy_backends.end == 3"
end

run { duration = "5min", warmup = "0s", replications = 20 }
