-- A product catalogue begins as one machine with a database on it: how many requests a second does
-- it bear then, with a machine of its own for the database, with replicas of that, with a cache,
-- and with three servers behind a load balancer?
--
-- Covers B17.
-- As many users as it takes keep each stage busy; nine of ten look at a product, with some
-- products much more asked for than others, and one of ten changes one. A request takes 4 ms of a
-- server and 12 ms of the database, 2 ms of a replica that applies a change (assumed). Two cores do
--   one    16 ms together                                               125/s
--   two    12 ms of the database                                        167/s
--   three  reads by thirds, changes at the primary: 0.3 x 12 + 1.2 ms   417/s
--   four   the cache answers two reads of three; the server's 4 ms      500/s
--   five   three servers: now the primary, 1.1 + 1.2 ms                 870/s
-- A load balancer before one server, or a cache before one that is full, would change nothing.
--
-- Off: together=false  the first stage has a machine of its own for the database, too
-- Off: replicas=0  the third stage is the second one
-- Off: capacity=1  the cache keeps next to nothing
-- Off: servers=1  one server behind the load balancer
-- Answer: five.throughput
local together = param { "together", true, doc = "whether the first database shares the machine" }
local replicas = param { "replicas", 2, doc = "of the database, from the third stage on" }
local capacity = param { "capacity", 2000, doc = "products that the cache keeps, of 10,000" }
local servers = param { "servers", 3, doc = "servers of the last stage" }

local function stage(name, parts)
  local db = name .. "-db"
  client(name) {
    arrivals = closed { users = 150, think = "0s" }, target = parts.balancer or name .. "-web",
    keys = zipf { n = 10000, s = 1 }, mix = { read = 0.9, write = 0.1 },
  }
  host(name .. "-vm") { cpus = 2, instances = parts.servers or 1 }
  service(name .. "-web") {
    host = name .. "-vm", workers = 256, instances = parts.servers or 1,
    on = { work(exponential "4ms"), call(parts.cache or db) },
  }
  if parts.together then
    service(db) { host = name .. "-vm", workers = 32, work = exponential "12ms" }
  else
    database(db) {
      workers = 2, read = exponential "12ms", write = exponential "12ms",
      copies = { n = 1 + (parts.replicas or 0), read = "any", apply = exponential "2ms" },
    }
  end
  if parts.cache then cache(parts.cache) { origin = db, capacity = capacity, hit_time = "1ms" } end
  if parts.balancer then
    load_balancer(parts.balancer) { backends = name .. "-web", algorithm = "least_connections" }
  end
end
stage("one", { together = together })
stage("two", {})
stage("three", { replicas = replicas })
stage("four", { replicas = replicas, cache = "four-cache" })
stage("five", { replicas = replicas, cache = "five-cache", servers = servers, balancer = "lb" })

goal "one.throughput > 118/s"
goal "one.throughput < 130/s"
goal "two.throughput > 155/s"
goal "two.throughput < 180/s"
goal "three.throughput > 370/s"
goal "three.throughput < 450/s"
goal "four.throughput > 475/s"
goal "four.throughput < 510/s"
goal "five.throughput > 760/s"
if replicas > 0 then goal "five-db[1].utilization > 85%" end
run { duration = "70s", warmup = "10s", replications = 4 }
