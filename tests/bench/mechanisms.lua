-- What each mechanism costs a request (scripts/bench --callgrind --only mechanisms): users, a
-- server and a database, and one mechanism beside them. Nothing is overloaded, so a mechanism is
-- there, looks, and lets pass.
local mechanisms = {
  "nothing", -- users, a server, a database, 1 ms between users and server
  "few_workers", -- calls may have to wait
  "sjf",
  "evict", -- lowest: a full queue would drop a write
  "mmpp", -- arrivals whose rate jumps between two phases
  "surge", -- twice as many for a second of each ten
  "timeout",
  "deadline",
  "retry",
  "retry_budget",
  "hedge",
  "breaker",
  "pool",
  "adaptive_pool",
  "fallback",
  "fallback_by_cause",
  "pass_on",
  "whole_policy",
  "users_and_tiers",
  "limit",
  "limit_per_user",
  "limit_sliding_log",
  "obeys", -- the limit with retry_after, and users who would come again when told
  "shed_by_queue",
  "shed_by_wait",
  "compress",
  "balance_round_robin",
  "balance_least",
  "balance_two_choices",
  "balance_ring",
  "balance_maglev",
  "balance_sticky",
  "balance_outlier",
  "tcp",
  "tls",
  "tls_kept",
  "ocsp", -- tls, and the server's certificate is checked with a responder
  "sessions", -- a user holds one of the server's sessions for 10 s on average
  "session_journey", -- and makes two requests on it, a thousandth of a second apart
  "buffer", -- a wire of 1 Gbit/s with room before it
  "cache",
  "cache_sieve",
  "cache_ttl",
  "cache_single_flight",
  "cache_by_tier", -- each tier's answers kept apart
  "copies_async",
  "copies_sync",
  "copies_quorum",
  "raft",
  "shards",
  "publish",
  "publish_two_groups",
  "everything", -- whole_policy, tls_kept, users_and_tiers and limit_per_user
}
local with = param { "with", mechanisms[1], doc = "the mechanism that is added" }
local known = false
for _, name in ipairs(mechanisms) do known = known or name == with end
assert(known, "there is no such mechanism")

local policies = {
  timeout = { timeout = "1s" },
  deadline = { deadline = "2s" },
  retry = { timeout = "1s", retry = { attempts = 3 } },
  retry_budget = { timeout = "1s", retry = { attempts = 3, budget = "20%" } },
  hedge = { hedge = { after = "p95", budget = "5%" } },
  breaker = {
    timeout = "1s",
    breaker = { ratio = "50%", window = 100, least = 20, open = "10s", trials = 3 },
  },
  pool = { pool = { size = 64, queue = 100 } },
  adaptive_pool = { pool = { size = aimd { start = 32, most = 200 }, queue = 100 } },
  fallback = { timeout = "1s", fallback = { sleep "1ms" } },
  fallback_by_cause = { timeout = "1s", fallback = { timeout = { sleep "1ms" }, otherwise = {} } },
  pass_on = { timeout = "1s", pass_on = { "timeout" } },
}
policies.whole_policy = {
  timeout = "1s", deadline = "3s",
  retry = { attempts = 3, budget = "20%" }, hedge = { after = "p95", budget = "5%" },
  breaker = policies.breaker.breaker, pool = policies.pool.pool,
}
local before = {
  limit = limit { "10000/s", burst = 1000 },
  limit_per_user = limit { "1000/s", burst = 100, per = "user" },
  obeys = limit { "10000/s", burst = 1000, retry_after = true },
  limit_sliding_log = limit { "10000/s", window = "1s", algorithm = "sliding_log" },
  shed_by_queue = shed { when = "queue > 40", keep = { "paid", "free" } },
  shed_by_wait = shed { when = "wait > 500ms" },
  compress = compress { ratio = 0.25, per_byte = "5ns" },
}
local balancers = {
  balance_round_robin = {},
  balance_least = { algorithm = "least_connections" },
  balance_two_choices = { algorithm = "power_of_two" },
  balance_ring = { algorithm = "consistent_hash" },
  balance_maglev = { algorithm = "maglev" },
  balance_sticky = { sticky = "1h" },
  balance_outlier = { outlier = { failures = 5, eject = "30s" } },
}
local connections = {
  tcp = {},
  tls = { tls = "1.3", resume = "80%" },
  tls_kept = { tls = "1.3", resume = "80%", keep = "60s", requests = 100 },
  ocsp = { tls = "1.3", resume = "80%", check = "ocsp", responder = "ca" },
}
local copies = {
  copies_async = { n = 3, write = "async", read = "any" },
  copies_sync = { n = 3, write = "all", read = "primary" },
  copies_quorum = { n = 3, write = 2, read = 2, coordinators = 3 },
  raft = {
    n = 3, write = "quorum", read = "primary", elect = { heartbeat = "100ms", timeout = "1s" },
  },
}

local all = with == "everything" -- what one would have before a database: policy, TLS and a limit
local step = { "store" }
for key, value in pairs(policies[all and "whole_policy" or with] or {}) do step[key] = value end

local plan = { work "1ms", call(step) }
if before[with] then table.insert(plan, 1, before[with]) end
if all then table.insert(plan, 1, before.limit_per_user) end
local named = before[with] or with == "users_and_tiers" or with == "cache_by_tier" or all
if with == "publish" or with == "publish_two_groups" then
  plan[#plan + 1] = publish { "events", key = true }
  topic "events" { partitions = 4 }
  service "reader" { workers = "unlimited", on = { work "1ms" }, subscribe = { "events" } }
  if with == "publish_two_groups" then
    service "auditor" {
      workers = "unlimited", on = { work "1ms" }, subscribe = { "events", group = "audit" },
    }
  end
end

local target = "web"
if balancers[with] then
  balancers[with].backends = { "web" }
  load_balancer "lb" (balancers[with])
  target = "lb"
end

region "site" { zones = { "a", "b" } }
local path_ = { from = "a", to = "b", latency = "1ms" }
if connections[with] or all then
  path_.transport, path_.connect = "tcp", connections[all and "tls_kept" or with]
end
if with == "buffer" then path_.bandwidth, path_.buffer = "1Gbit/s", "10MB" end
path(path_)
if with == "ocsp" then service "ca" { zone = "b" } end
local holds, visits = with:find "^session" ~= nil, with == "session_journey"
if with == "surge" then
  fault { surge { "users", factor = 2 }, mttf = "9s", mttr = "1s" }
end
local rates = { session_journey = "500/s", surge = "909/s" } -- 1000 requests a second in all
local phases = mmpp { { "500/s", "10ms" }, { "1500/s", "10ms" } }

client "users" {
  arrivals = with == "mmpp" and phases or poisson(rates[with] or "1000/s"),
  target = target, zone = "a", obeys = with == "obeys" and "retry_after" or nil,
  journey = visits and { request "read", pause "1ms", request "read" } or nil,
  mix = not visits and { read = 0.9, write = 0.1 } or nil,
  request = with == "buffer" and "1kB" or nil, keys = zipf { n = 10000, s = 0.9 },
  tier = named and { free = 0.9, paid = 0.1 } or nil, users = (named or holds) and 1000 or nil,
  session = holds and { lasts = exponential "10s", holds = "web", attempts = 3 } or nil,
}
local few = with == "few_workers" or with == "sjf" or with == "evict" or with:find "^shed"
service "web" {
  workers = few and 4 or "unlimited", instances = balancers[with] and 4 or 1, zone = "b",
  discipline = with == "sjf" and "sjf" or nil, queue = with == "evict" and 100 or nil,
  evict = with == "evict" and "lowest" or nil,
  priority = with == "evict" and { "read", "write" } or nil, on = { default = plan },
}
local behind = "pg"
if with:find "^cache" then
  cache "store" {
    origin = "pg", capacity = 1000, policy = with == "cache_sieve" and "sieve" or "lru",
    ttl = with == "cache_ttl" and "60s" or nil, per = with == "cache_by_tier" and "tier" or nil,
    single_flight = with == "cache_single_flight" or nil,
  }
else
  behind = "store"
end
database(behind) {
  workers = few and 16 or "unlimited", read = "1ms", write = "2ms", zone = "b",
  copies = copies[with],
  shards = with == "shards" and "hash" or nil, instances = with == "shards" and 4 or nil,
}
run { duration = "100s", warmup = "0s", replications = 1 }
