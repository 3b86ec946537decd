-- What protection costs where it is put on everything (scripts/bench --callgrind --only
-- protected): the requests, faults and components of scenarios/url_shortener.lua, as they are there
-- and with a breaker, a retry budget, pools, TLS with connections that are kept, and a limit for
-- each user.
local ways = { "nothing", "path", "limit", "policy", "tls", "everything" }
local with = param { "with", ways[1], doc = "what is put on" }
local known = false
for _, name in ipairs(ways) do known = known or name == with end
assert(known, "there is no such way")
local everything = with == "everything"
local policy, limited = everything or with == "policy", everything or with == "limit"
local tls = everything or with == "tls"

-- A call with its policy, if there is one.
local function careful(step)
  if policy then
    step.breaker = { ratio = "50%", window = 100, least = 20, open = "10s", trials = 3 }
    step.pool = { size = 64, queue = 256 }
    step.retry = { attempts = 2, budget = "20%" }
  end
  return call(step)
end

client "users" {
  arrivals = poisson "600/s", target = "lb", timeout = "1s", zone = "outside",
  mix = { follow = 0.99, shorten = 0.01 }, keys = zipf { n = 1000000, s = 1.0 },
  users = limited and 10000 or nil,
  retry = {
    attempts = 3, backoff = exponential { base = "20ms", cap = "250ms", jitter = "full" },
    budget = policy and "20%" or nil,
  },
}
load_balancer "lb" {
  algorithm = "least_connections", backends = "api", connect_retries = 1, zone = "inside",
  health_check = { interval = "2s", timeout = "1s", fall = 3, rise = 2 },
}
local query = careful { "db", op = "read", timeout = "500ms" }
local follow = {
  work(exponential "2ms"),
  careful { "cache", op = "read", timeout = "50ms", fallback = { query } },
}
local shorten = { work(exponential "4ms"), careful { "db", op = "write", timeout = "500ms" } }
if limited then
  table.insert(follow, 1, limit { "100/s", burst = 100, per = "user" })
  table.insert(shorten, 1, limit { "10/s", burst = 10, per = "user" })
end
service "api" {
  instances = 2, workers = 64, queue = 256, zone = "inside",
  on = { follow = follow, shorten = shorten },
}
cache "cache" {
  capacity = 100000, policy = "lru", ttl = "1h", origin = "db", hit_time = "500us",
  invalidate = "on_write", zone = "inside",
}
database "db" {
  workers = 6, connections = 128, zone = "inside",
  read = lognormal { p50 = "5ms", p99 = "30ms" }, write = lognormal { p50 = "8ms", p99 = "50ms" },
}
region "site" { zones = { "outside", "inside" } }
if with ~= "nothing" and with ~= "policy" and with ~= "limit" then
  path {
    from = "outside", to = "inside", latency = "1ms", transport = tls and "tcp" or nil,
    connect = tls and { tls = "1.3", resume = "80%", keep = "60s", requests = 100 } or nil,
  }
end
fault { crash "api[1]", at = "100s", lasts = "30s" }
fault { crash "cache", at = "170s", lasts = "5s" }
run { duration = "300s", warmup = "0s", replications = 1 }
