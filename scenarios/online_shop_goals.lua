-- Do 10,000 concurrent users of a shop get 95 % of their answers within 200 ms and 99.99 % without
-- an error, and how many users are too many?
--
-- Covers A02.
-- Each user waits for the answer, thinks for 10 s on average and goes on: 10,000 users ask 1000
-- times a second at most. Service times and the shares of operations are assumed: browsing 80 %,
-- searching 15 %, buying 5 %. A server does 8 cores / 36 ms = 222/s, the database 8 / 5.75 ms =
-- 1391/s: with eight servers it is the database that limits, at 13,900 users who wait for nothing:
-- two more shops of the same size show that 12,500 are still served as promised and 15,000 are not.
--
-- Off: users=16000  more than the database can do: too slow for everybody
-- Off: servers=4  too few servers: they saturate at 889/s
-- Answer: users.latency.p95
local users = param { "users", 10000, doc = "concurrent users" }
local servers = param { "servers", 8, doc = "servers of the shop" }

local function shop(name, suffix, number)
  client(name) {
    arrivals = closed { users = number, think = exponential "10s" },
    target = "lb" .. suffix, timeout = "5s",
    mix = { browse = 0.80, search = 0.15, buy = 0.05 },
  }
  load_balancer("lb" .. suffix) { algorithm = "least_connections", backends = "web" .. suffix,
                                  health_check = { interval = "2s" } }
  local function read(time)
    return { work(exponential(time)), call { "db" .. suffix, op = "read" } }
  end
  service("web" .. suffix) {
    instances = servers, workers = 8, io = "async",
    on = { browse = read "30ms", search = read "60ms",
           buy = { work(exponential "60ms"), call { "db" .. suffix, op = "write" } } },
  }
  database("db" .. suffix) {
    workers = 8, read = lognormal { mean = "5ms", cv = 1 }, write = exponential "20ms" }
end
shop("users", "", users)
shop("full", "-full", 12500)
shop("crowd", "-crowd", 15000)

goal "users.latency.p95 < 200ms"
goal "users.availability >= 99.99%"
goal "users.throughput > 950/s"
-- Where it breaks.
goal "full.latency.p95 < 200ms"
goal "full.availability >= 99.99%"
goal "crowd.latency.p95 > 200ms"

run { duration = "70s", warmup = "20s", replications = 4 }
