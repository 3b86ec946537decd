-- A new version fails three requests of ten: how many requests does it spoil when all servers get
-- it at once, when it goes from server to server, when one request of twenty tries it first, and
-- when a second fleet takes over that can be left at once?
--
-- Covers G04.
-- Each way has users, a balancer and two fleets of its own: the old version and the new one. All
-- at once and rolling, only people look, after six minutes. A canary gets 5 %, then 60 %, and is
-- looked at each half minute, as is the new fleet of blue and green, which gets everything and is
-- taken back as a whole. What is taken back stays back: the old version serves as before. Loads,
-- the share of failures and who looks when are assumed.
--
-- Off: bad=0%  a good version spoils nothing, and every way ends with it
-- Off: looks=6min  the canary and the new fleet are looked at as late as the others
-- Off: first=50%  half of the requests are no canary
-- Answer: canary-users.availability
local bad = param { "bad", "30%", doc = "requests that the new version fails" }
local looks = param { "looks", "30s", doc = "how often a canary and a new fleet are looked at" }
local first = param { "first", "5%", doc = "share of the requests that the canary gets" }

local function release(name, how)
  local users, old, new = name .. "-users", name .. "-old", name .. "-new"
  client(users) { arrivals = poisson "50/s", target = name .. "-lb", timeout = "1s" }
  load_balancer(name .. "-lb") { backends = { old, new } }
  service(old) { instances = 4, workers = 4, on = { work "20ms" } }
  service(new) { instances = 4, workers = 4,
    on = { work "20ms", branch { p = bad, fail() } } }
  control(name) { at = "2min", act = rollout { old, to = new, by = how.by, every = how.every,
    look = how.look, back_when = new .. ".error_ratio > 5%" } }
end

release("all", { by = { "100%" }, every = "10min", look = "6min" })
release("rolling", { by = { "25%", "50%", "75%", "100%" }, every = "2min", look = "6min" })
release("canary", { by = { first, "60%", "100%" }, every = "5min", look = looks })
release("blue-green", { by = { "100%" }, every = "10min", look = looks })

goal "all-users.errors.failed > 4800"
goal "rolling-users.errors.failed < 3100"
goal "rolling-users.errors.failed > 2300"
goal "blue-green-users.errors.failed < 600"
goal "canary-users.errors.failed < 60"
goal "canary.taken_back == 1"
goal "canary.taken_back_after.max < 31s"

run { duration = "12min", warmup = "10s", replications = 8 }
