-- Where do log-ins live: in the memory of the server that a balancer keeps each user with, in a
-- store that all servers ask, or in the memory of every server? What does the crash of a server
-- cost, and what does each way?
--
-- Covers E11.
-- 600 users click every 10 s; four servers, one of which crashes for 20 s. With sticky sessions its
-- users, a quarter, have to log in again, and stay with the others for good: when it is back it has
-- nothing to do. With a store nobody notices but for the requests that the crash itself breaks, and
-- each request is 3 ms slower. Where each server tells all others what has changed (as Tomcat's
-- DeltaManager), any of them may answer, from its own memory, and nothing is lost; but each change
-- is work for every server, however many there are. Times are assumed: 0.2 ms for a session in
-- memory, half a millisecond between servers, 3 ms for the store.
--
-- Off: sticky=1s  a session is over before its user comes back: there is none to lose
-- Off: crash=10h  no server crashes
-- Off: replicated=false  the sessions of all servers are in the memory of the one that crashes
-- Off: tells=all  who waits until all have heard of a change waits for the one that is dead
-- Answer: sticky-lb.sessions_lost
local sticky = param { "sticky", "30min", doc = "how long a user without requests keeps a session" }
local crash_at = param { "crash", "5min", doc = "when a server crashes" }
local replicated = param { "replicated", true, doc = "whether servers tell each other of sessions" }
local tells = param { "tells", "async", doc = "copies that have a change before it is answered" }

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

local machines = { "m1", "m2", "m3", "m4" }
region "farm" { zones = machines }
path { from = "farm", to = "farm", latency = "0.25ms" }
for _, machine in ipairs(machines) do path { from = machine, to = machine, latency = "0ms" } end
client "told" { arrivals = clicks, target = "told-lb", keys = uniform_keys { n = 600 } }
load_balancer "told-lb" { backends = "told-web", health_check = check }
service "told-web" {
  instances = 4, zone = machines, workers = 4,
  on = { call { "memory", op = "read", timeout = "1s" }, work(exponential "20ms"),
         call { "memory", op = "write", timeout = "1s" } },
}
database "memory" {
  workers = 1, read = "0.2ms", write = "0.2ms",
  copies = replicated and { n = 4, zone = machines, leaders = "all", read = "nearest",
    write = tells } or { n = 1, zone = "m2" },
}

fault { crash "sticky-web[2]", at = crash_at, lasts = "20s" }
fault { crash "stored-web[2]", at = crash_at, lasts = "20s" }
fault { crash { group = { "told-web[2]", replicated and "memory[2]" or "memory[1]" } },
  at = crash_at, lasts = "20s", name = "machine" }

-- A quarter of 600, to within chance.
goal "sticky-lb.sessions_lost > 120"
goal "sticky-lb.sessions_lost < 180"
-- Load: who has lost its users gets no others.
goal "sticky-web[2].utilization < 5%"
goal "sticky-web[1].utilization > 8%"
goal "told-web[*].utilization < 8.5%"
-- Time: the store's 3 ms are in each answer, what memory takes in none.
goal "sticky.latency.p50 < 14.5ms"
goal "stored.latency.p50 > 16ms"
goal "stored.latency.p50 < 18ms"
goal "told.latency.p50 < 15ms"
-- What the crash breaks is under way there, and until a check finds it.
goal "stored.availability > 99.7%"
goal "told.availability > 99.7%"
if replicated then goal "memory.behind.end < 3" end -- all servers know all
-- Work: each of some 50,000 changes is written four times.
goal "memory.writes > 190000"

run { duration = "15min", warmup = "1min", replications = 4 }
