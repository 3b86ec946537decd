-- Security groups let the internet reach the web servers by HTTP and HTTPS, and the application
-- reach the database: which calls pass, who reaches the database from outside, and what does
-- somebody hear who tries all ports of all machines?
--
-- Covers H01.
-- 100 users a second, one in ten by plain HTTP. Ten who probe look for shells and for SQL at each
-- of web servers, application and database, one try after the other, and wait for 1 s; what gets
-- there succeeds. An administrator comes in through a bastion. Assumed: 15 ms of internet.
--
-- Off: rules=false  every probe finds what it looks for
-- Off: drop=false  who probes is answered at once, and learns several times as much in that time
-- Off: ports=false  the rules look at places alone, and shells are open to the internet
-- Answer: probe-db.availability
local rules = param { "rules", true, doc = "whether there are any" }
local drop = param { "drop", true, doc = "whether what is blocked vanishes, or is answered" }
local ports = param { "ports", true, doc = "whether rules say which operations may pass" }

client "users" { zone = "internet", arrivals = poisson "100/s", target = "web", timeout = "1s",
  mix = { http = 0.1, https = 0.9 } }
client "admin" { zone = "office", arrivals = poisson "5/s", target = "bastion", timeout = "1s",
  mix = { ssh = 1 } }
-- Ten who probe one after the other.
for _, target in ipairs { "web", "app", "db" } do
  client("probe-" .. target) { zone = "internet", target = target, timeout = "1s",
    arrivals = closed { users = 10, think = "100ms" }, mix = { ssh = 0.5, sql = 0.5 } }
end

service "web" { zone = "dmz", instances = 2, workers = 8, on = {
  http = { work "1ms" }, -- a redirect
  https = { work(exponential "5ms"), call { "app", op = "api", timeout = "500ms" } },
  default = { work "1ms" },
} }
service "app" { zone = "private", instances = 2, workers = 8, on = {
  api = { work(exponential "10ms"), call { "db", op = "sql", timeout = "300ms" } },
  default = { work "1ms" },
} }
service "db" { zone = "data", workers = 8, on = { work(exponential "4ms") } }
service "bastion" { zone = "dmz", on = { ssh = { call "db" } } }
path { from = "internet", to = "dmz", latency = "15ms" }
path { from = "internet", to = "private", latency = "15ms" }
path { from = "internet", to = "data", latency = "15ms" }

if rules then
  allow { from = "internet", to = "web", drop = drop, op = ports and { "http", "https" } or nil }
  allow { from = "web", to = "app", drop = drop, op = ports and { "api" } or nil }
  allow { from = "app", to = "db", drop = drop, op = ports and { "sql" } or nil }
  allow { from = "office", to = "bastion", op = ports and { "ssh" } or nil }
  allow { from = "bastion", to = "db", op = ports and { "ssh" } or nil }
end

goal "users.availability >= 99.9%"
goal "users.op.https.latency.p50 < 55ms"
goal "admin.availability >= 99%"
goal "probe-web.availability < 0.5%"
goal "probe-app.availability < 0.5%"
goal "probe-db.availability < 0.5%"
-- Ten probes, each of which waits for a second.
goal "probe-db.ended < 10/s"
if rules then goal "db.blocked > 400" end

run { duration = "70s", warmup = "10s", replications = 4 }
