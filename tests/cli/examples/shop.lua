-- Stands for the shop.lua that commands of the manual speak of.
local rate = param { "rate", "100/s" }
local servers = param { "servers", 2 }
local cached = param { "cache", true }
client "shop" {
  arrivals = poisson(rate), target = "lb", timeout = "1s", keys = zipf { n = 1000, s = 1 },
  retry = { attempts = 2 },
}
load_balancer "lb" { backends = "web" }
service "web" {
  instances = servers, workers = 32, queue = 64, zone = { "a", "b" },
  on = { work(exponential "2ms"), call(cached and "redis" or "db") },
}
if cached then cache "redis" { capacity = 100, origin = "db" } end
database "db" { workers = 16, read = exponential "5ms" }
fault { crash "web[2]", at = "3s", lasts = "1s" }
goal "shop.latency.p99 < 1s"
goal "shop.availability > 10%"
run { duration = "5s", warmup = "1s", replications = 3 }
