-- The same shop with one thing too small: can the report tell which of seven it is, whether
-- connections wait to be accepted, messages in a broker, calls for a place in a pool or for a
-- thread, writes for a disk, requests at the gateway or in front of a cache?
--
-- Covers C03.
-- One place has just enough for the load, or a little less, all others plenty. The first sentence
-- of the report blames that place in each variant (tests/cli/test_blame.sh reads them). Loads and
-- times of work are assumed.
--
-- Try: archsim run scenarios/where_queues_build.lua -s variant=pool
--
-- Off: relieved=true  nothing is too small, and nobody waits
-- Answer: users.latency.p99
local variant = param { "variant", "threads",
  doc = "accept, broker, pool, threads, disk, gateway or cache" }
local relieved = param { "relieved", false, doc = "whether even that place has plenty" }

local function sized(name, small, plenty)
  if variant == name and not relieved then return small end
  return plenty
end

client "users" {
  instances = 50, arrivals = poisson "2/s", target = "gateway",
  mix = { read = 0.5, write = 0.5 }, keys = zipf { n = 10000, s = 0.8 },
}
path { from = "users", to = "gateway", latency = "2ms", transport = "tcp",
  connect = { keep = "100ms" } }
service "gateway" {
  workers = sized("gateway", 1, 16), io = "async",
  accept = { most = sized("accept", 12, 1000) },
  on = { work(exponential "9.5ms"), call "web" },
}
service "web" {
  workers = sized("threads", 3, 1000),
  on = {
    read = { work(exponential "5ms"), call "catalogue" },
    write = {
      work(exponential "5ms"),
      call { "db", pool = { size = sized("pool", 1, 50), queue = "unlimited" } },
      work { on = "ssd", bytes = "4kB" },
      publish "orders",
    },
  },
}
cache "catalogue" {
  capacity = 1000, origin = "goods", pool = { size = sized("cache", 1, 50), queue = "unlimited" },
}
database "goods" { workers = 16, read = exponential "33ms" }
database "db" { workers = 16, write = exponential "19ms" }
disk "ssd" { access = sized("disk", "19ms", "1ms"), channels = 1 }
topic "orders" { capacity = 200, full = "block" }
service "billing" {
  workers = sized("broker", 1, 4), work = exponential "21ms",
  subscribe = { "orders" },
}

goal "users.latency.p99 > 180ms"

run { duration = "4min", warmup = "30s", replications = 6 }
