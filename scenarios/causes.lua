-- A rack loses its power, a program leaks until it is killed, the network parts, the database
-- hangs, a payment provider is slow, a bad version is released and bots attack: by what does each
-- of them show?
--
-- Covers G01.
-- One shop, and seven incidents one after the other. How much fails, and how, tells the cause: a
-- dead machine refuses its half of the requests, and a process that leaks does so for seconds,
-- again and again, each time that it has filled its memory. Behind a line that is cut the same half
-- times out, and behind a database that hangs nearly all do. A slow dependency makes slow what
-- needs it, and nothing else. A bad version answers with errors, and an attack meets a limit. The
-- process that was killed is begun again, and the bad version is taken back. Loads, work and how
-- long each incident lasts are assumed.
--
-- Off: restart=1h  the process that was killed stays dead
-- Off: look=1h  nobody looks at the new version
-- Off: limit=1000/s  the attack meets no limit, and takes the shop with it
-- Answer: users.availability
local restart = param { "restart", "5s", doc = "until a process that was killed is begun again" }
local look = param { "look", "20s", doc = "how often the new version is looked at" }
local limit_of = param { "limit", "20/s", doc = "requests that each caller may send" }

region "site" { zones = { "front", "rack1", "rack2" } }
path { from = "site", to = "site", latency = "1ms" }

client "users" { arrivals = poisson "10/s", mix = { look = 1 }, target = "edge",
  timeout = "3s", zone = "front" }
client "payers" { arrivals = poisson "2/s", mix = { pay = 1 }, target = "edge",
  timeout = "3s", zone = "front" }
client "bots" { arrivals = poisson "2/s", target = "edge", mix = { look = 1 }, timeout = "3s",
  zone = "front" }
load_balancer "edge" { backends = { "shop", "shop2" }, zone = "front",
  on = { limit { limit_of, burst = 20, per = "client" } } }
local function version(name, bad)
  service(name) { instances = 2, workers = 4, queue = 40, zone = { "rack1", "rack2" },
    memory = { base = "200MB", limit = "512MB", restart = restart }, on = {
    look = { work "20ms", branch { p = bad, fail() }, call { "db", timeout = "1s" } },
    pay = { work "20ms", branch { p = bad, fail() }, call { "db", timeout = "1s" },
      call { "provider", timeout = "1500ms" } } } }
end
version("shop", 0)
version("shop2", "40%")
database "db" { workers = 8, read_ops = { "look", "pay" }, read = exponential "4ms",
  zone = "rack2" }
service "provider" { workers = 8, work = exponential "50ms", zone = "front" }

control "v2" { at = "24min", act = rollout { "shop", to = "shop2", by = { "20%", "100%" },
  every = "2min", look = look, back_when = "shop2.error_ratio > 10%" }, zone = "front" }

fault { crash "rack1", at = "4min", lasts = "1min", name = "hardware" }
fault { leak { "shop[1]", "1MB" }, at = "8min", lasts = "8min", name = "software" }
fault { partition { "front", "rack2" }, at = "16min", lasts = "1min", name = "network" }
fault { hang "db", at = "19min", lasts = "1min", name = "database" }
fault { slow { "provider", factor = 20 }, at = "22min", lasts = "1min", name = "dependency" }
fault { surge { "bots", factor = 200 }, at = "30min", lasts = "1min", name = "attack" }

goal { "users.errors.refused > 200", during = "hardware" }
goal { "users.errors.refused < 500", during = "software" }
goal { "users.errors.timeout > 200", during = "network" }
goal { "users.availability > 35%", during = "network" }
goal { "users.availability < 20%", during = "database" }
goal { "payers.latency.p50 > 500ms", during = "dependency" }
goal { "users.availability > 99%", during = "dependency" }
goal { "users.availability > 95%", during = "attack" }
goal "shop.out_of_memory > 4"
goal "shop.uptime > 96%"
goal "v2.taken_back == 1"

run { duration = "35min", warmup = "1min", replications = 8 }
