-- Three services stand behind an API gateway, each with its own database: when one database hangs,
-- do users of the other two notice?
--
-- Covers A08.
-- The gateway waits for each service half a second at most, and each service for its database: what
-- hangs holds no more than its share of the gateway's workers, 20/s x 0.5 s = 10 of 64. Loads and
-- times of work are assumed.
--
-- Off: own_database=false  one database for all three: its hang stops everything
-- Off: timeout=never  the gateway's workers wait for the orders until none is left
-- Answer: users.op.product.availability
local own_database = param { "own_database", true, doc = "a database for each service" }
local timeout = param { "timeout", "500ms", doc = "how long the gateway waits for a service" }

client "users" {
  arrivals = poisson "200/s", target = "gateway", timeout = "2s",
  mix = { user = 0.3, product = 0.6, order = 0.1 },
}

local routes = {}
for _, name in ipairs { "user", "product", "order" } do
  local db = own_database and name .. "_db" or "order_db"
  routes[name] = { work "1ms", call { name .. "_service", timeout = timeout } }
  service(name .. "_service") { workers = 32, queue = 64, on = {
    work(exponential "5ms"), call { db, op = "read" } } }
  if own_database or name == "order" then
    database(db) { workers = 8, read = exponential "5ms" }
  end
end
service "gateway" { workers = 64, queue = 256, on = routes }

fault { hang "order_db", at = "60s", lasts = "60s" }

goal "users.op.user.availability >= 99.99%"
goal "users.op.product.availability >= 99.99%"
goal "users.op.product.latency.p99 < 50ms"
-- The orders themselves fail for a fifth of the measured time.
goal "users.op.order.availability > 75%"
goal "users.op.order.availability < 82%"

run { duration = "6min", warmup = "60s", replications = 8 }
