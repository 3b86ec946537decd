-- Where do log-ins live: in the memory of the server that a balancer keeps each user with, or in a
-- store that all servers ask? What does the crash of a server cost, and what does the store?
--
-- Covers E11.
-- 600 users click every 10 s; four servers, one of which crashes for 20 s. With sticky sessions its
-- users, a quarter, have to log in again. With a store nobody notices but for the requests that the
-- crash itself breaks, and each request is 3 ms slower. Users who stay with a server are no even
-- load either: when one crashes, its users stay with the others for good.
--
-- Off: sticky=1s  a session is over before its user comes back: there is none to lose
-- Off: crash=10h  no server crashes
-- Answer: sticky-lb.sessions_lost
local sticky = param { "sticky", "30min", doc = "how long a user without requests keeps a session" }
local crash_at = param { "crash", "5min", doc = "when a server crashes" }

local check = { interval = "2s", timeout = "1s" }
local clicks = closed { users = 600, think = exponential "10s" }
client "sticky" { arrivals = clicks, target = "sticky-lb" }
load_balancer "sticky-lb" { backends = "sticky-web", sticky = sticky, health_check = check }
service "sticky-web" { instances = 4, workers = 4, work = exponential "20ms" }

client "stored" { arrivals = clicks, target = "stored-lb" }
load_balancer "stored-lb" { backends = "stored-web", health_check = check }
service "stored-web" {
  instances = 4, workers = 4, on = { call "session-store", work(exponential "20ms") },
}
service "session-store" { workers = 8, work = "3ms" }

fault { crash "sticky-web[2]", at = crash_at, lasts = "20s" }
fault { crash "stored-web[2]", at = crash_at, lasts = "20s" }

-- A quarter of 600, to within chance.
goal "sticky-lb.sessions_lost > 120"
goal "sticky-lb.sessions_lost < 180"
goal "sticky.latency.p50 < 20ms"
goal "stored.latency.p50 < 22ms"
goal "stored.availability > 99.8%"

run { duration = "15min", warmup = "1min", replications = 4 }
