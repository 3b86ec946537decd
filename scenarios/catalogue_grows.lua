-- A product catalogue begins as one machine with a database on it: how many requests a second does
-- it bear then, with a machine of its own for the database, with a cache, and with three servers
-- behind a load balancer?
--
-- Covers B17.
-- As many users as it takes keep each stage busy; nine of ten look at a product, with some
-- products much more asked for than others. On one machine server and database share two cores.
-- Apart, the database is what is full, until a cache answers most look-ups; then the server is,
-- until there are three.
--
-- Off: together=false  the first stage has a machine of its own for the database, too
-- Off: capacity=1  the cache keeps next to nothing
-- Off: servers=1  one server behind the load balancer
-- Answer: four.throughput
local together = param { "together", true, doc = "whether the first database shares the machine" }
local capacity = param { "capacity", 2000, doc = "products that the cache keeps, of 10,000" }
local servers = param { "servers", 3, doc = "servers of the last stage" }

local function stage(name, parts)
  client(name) {
    arrivals = closed { users = 100, think = "0s" }, target = parts.balancer or name .. "-web",
    keys = zipf { n = 10000, s = 1 }, mix = { read = 0.9, write = 0.1 },
  }
  host(name .. "-vm") { cpus = 2, instances = parts.servers or 1 }
  service(name .. "-web") {
    host = name .. "-vm", workers = 64, instances = parts.servers or 1,
    on = { work(exponential "8ms"), call(parts.cache or name .. "-db") },
  }
  if not parts.together then host(name .. "-db-vm") { cpus = 2 } end
  service(name .. "-db") {
    host = parts.together and name .. "-vm" or name .. "-db-vm", workers = 32,
    work = exponential "12ms",
  }
end
stage("one", { together = together })
stage("two", {})
cache "three-cache" { origin = "three-db", capacity = capacity, hit_time = "1ms" }
stage("three", { cache = "three-cache" })
cache "four-cache" { origin = "four-db", capacity = capacity, hit_time = "1ms" }
load_balancer "four-lb" { backends = "four-web", algorithm = "least_connections" }
stage("four", { cache = "four-cache", servers = servers, balancer = "four-lb" })

-- Two cores do 100 requests of 20 ms, 167 of 12 ms, 250 of 8 ms.
goal "one.throughput < 105/s"
goal "two.throughput > 150/s"
goal "three.throughput > 230/s"
goal "four.throughput > 350/s"
run { duration = "60s", warmup = "10s", replications = 10 }
