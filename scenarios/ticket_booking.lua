-- Concert tickets are booked over one line, with one database and one broker, each of which fails
-- now and then: how much time and how many bookings does that cost, and what is each of them worth
-- twice?
--
-- Covers A14.
-- Two shops under the same load, in two hours in which the line is cut, the database is down and
-- the broker is down, five minutes each; what prints the tickets went down a minute before the
-- broker, which keeps messages in memory where it is the only one. Loads, work and failures are
-- assumed. "bare" has one of each. "doubled" has three copies of the database, which elect their
-- primary, three brokers that have each booking before it is acknowledged, and two lines, of which
-- a balancer at the users' side takes the second one when the first does not answer. What is left
-- is the time until each failure is found out.
--
-- Off: database=1  nobody takes its place
-- Off: brokers=1  bookings fail while the broker is down
-- Off: lines=1  nobody gets in while the line is cut
-- Answer: doubled-users.availability
local copies = param { "database", 3, doc = "copies of the database of `doubled`" }
local brokers = param { "brokers", 3, doc = "its brokers" }
local lines = param { "lines", 2, doc = "its lines" }

region "outside" { zones = { "homes" } }

local function shop(name, has)
  local function at(what) return name .. "-" .. what end
  local ways = {}
  for i = 1, has.lines do
    ways[i] = at("line-" .. i)
    load_balancer(ways[i]) { backends = { at "web" } }
    path { from = "outside", to = ways[i], latency = "10ms" }
    fault { partition { "homes", ways[i] }, at = i == 1 and "20min" or "105min", lasts = "5min" }
  end
  client(at "users") {
    zone = "homes", arrivals = poisson "3/s", mix = { look = "60%", book = "40%" },
    target = at "routes", timeout = "10s", keys = uniform_keys { n = 10000 },
  }
  load_balancer(at "routes") {
    zone = "homes", backends = ways, algorithm = has.lines > 1 and "priority" or nil,
    health_check = has.lines > 1 and { interval = "5s", timeout = "1s", fall = 1 } or nil,
    timeout = has.lines > 1 and "9s" or nil,
  }
  local again = { attempts = 4, backoff = exponential { base = "300ms", cap = "1s" } }
  service(at "web") {
    instances = 2, workers = 100,
    on = {
      look = { work "5ms", call { at "db", op = "read", timeout = "1s", retry = again } },
      book = {
        work "5ms",
        call { at "db", op = "write", timeout = "1s", retry = again },
        publish { at "bookings", timeout = "1s", retry = again, key = true,
          acks = has.brokers > 1 and "all" or nil },
      },
    },
  }
  database(at "db") {
    workers = 8, read = exponential "3ms", write = exponential "8ms",
    copies = has.copies > 1 and { n = has.copies, write = "quorum",
      elect = { heartbeat = "1s", timeout = "3s" } } or nil,
  }
  if has.brokers > 1 then
    topic(at "bookings") {
      partitions = 3, copies = { n = has.brokers, min_insync = 2, session = "3s" },
    }
  else
    topic(at "bookings") { partitions = 3, durable = false }
  end
  service(at "tickets") { workers = 2, work = exponential "200ms", subscribe = { at "bookings" } }
  local database_ = has.copies > 1 and at "db" .. "[1]" or at "db"
  local broker = has.brokers > 1 and at "bookings" .. "[1]" or at "bookings"
  fault { crash(database_), at = "50min", lasts = "5min" }
  fault { crash(broker), at = "80min", lasts = "5min" }
  fault { crash(at "tickets"), at = "79min", lasts = "3min" }
end
shop("bare", { copies = 1, brokers = 1, lines = 1 })
shop("doubled", { copies = copies, brokers = brokers, lines = lines })

goal "bare-users.availability < 91%"
goal "bare-bookings.lost > 40"
goal "doubled-users.availability > 99.7%"
goal "doubled-users.op.book.availability > 99.6%"
goal "doubled-bookings.lost < 1"
if copies > 1 then goal "doubled-db.lost_writes < 1" end

run { duration = "2h", warmup = "10min", replications = 5 }
