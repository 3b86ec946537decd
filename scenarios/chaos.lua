-- Servers, a whole zone, the network, a clock and a dependency of a shop fail at random: does its
-- steady state hold all the same, that 999 of 1000 requests are answered, and quickly, and that
-- nothing is lost out of a basket?
--
-- Covers G15.
-- What is steady is stated by the goals, and must hold while everything that can fail does so again
-- and again: servers crash or hang, a zone loses its power or is cut off, the way to it is slow, a
-- server swallows calls, a line loses messages, a clock is three seconds ahead, the recommendations
-- are down. Balancers check their servers, each call is tried once more elsewhere, a page without
-- recommendations is better than none, and the two copies of the baskets, which both take writes,
-- keep what they have written without knowing of each other, whatever their clocks say. How often
-- what fails, and for how long, is assumed.
--
-- Off: checks=false  balancers go on calling servers that are gone
-- Off: attempts=1  a call that fails is not tried again
-- Off: fallback=false  a page without recommendations is none
-- Off: conflict=lww  of two writes the one with the later stamp is kept, also of a wrong clock
-- Answer: users.availability
local checks = param { "checks", true, doc = "whether balancers check their servers" }
local attempts = param { "attempts", 2, doc = "tries of a call" }
local fallback = param { "fallback", true, doc = "whether a page may lack recommendations" }
local conflict = param { "conflict", "crdt", doc = "what becomes of two writes of a basket" }

region "site" { zones = { "a", "b" } }
path { from = "site", to = "site", latency = "1ms" }

client "users" { arrivals = poisson "40/s", target = "edge", timeout = "2s", zone = "a",
  mix = { look = 0.9, add = 0.1 }, keys = uniform_keys { n = 500 } }
load_balancer "edge" { backends = "web", timeout = "500ms", zone = "a",
  retry = { attempts = attempts, backoff = "10ms" },
  health_check = checks and { interval = "2s", timeout = "500ms", fall = 2 } or nil }
service "web" { instances = 6, workers = 8, zone = { "a", "b" }, on = {
  look = { work(exponential "10ms"),
    call { "extras", timeout = "150ms", fallback = fallback and { work "1ms" } or nil } },
  add = { work(exponential "10ms"), call { "baskets", timeout = "150ms" } } } }
database "baskets" { workers = 4, write_ops = { "add" }, write = exponential "3ms",
  copies = { n = 2, zone = { "a", "b" }, leaders = "all", read = "nearest", conflict = conflict } }
service "extras" { instances = 2, workers = 8, zone = { "a", "b" }, work = exponential "5ms" }

fault { crash "web[*]", mttf = exponential "20min", mttr = exponential "1min" }
fault { hang "web[2]", mttf = exponential "20min", mttr = "30s" }
fault { crash "b", mttf = exponential "60min", mttr = "1min" }
fault { partition { "a", "b" }, mttf = exponential "60min", mttr = "20s" }
fault { delay { "a", "b", by = "80ms" }, mttf = exponential "30min", mttr = "1min" }
fault { drop { "a", "b", ratio = "5%" }, mttf = exponential "30min", mttr = "1min" }
fault { skew { "baskets[2]", by = "3s" }, mttf = exponential "30min", mttr = "5min" }
fault { drop { "web[3]", ratio = "30%" }, mttf = exponential "30min", mttr = "1min" }
fault { error { "extras", ratio = "100%" }, mttf = exponential "30min", mttr = "2min" }

goal "users.availability > 99.9%"
goal "users.latency.p95 < 200ms"
goal "baskets.lost_updates < 1"

run { duration = "90min", warmup = "1min", replications = 8 }
