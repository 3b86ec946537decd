-- Kong, AWS API Gateway and their like: one door for many services.
local common = ...

-- What is done for one request before it is passed on.
local function door(c, needs_token)
  local steps = { work(c.request) }
  if c.limit then
    steps[#steps + 1] = limit {
      c.limit.rate, burst = c.limit.burst, per = c.limit.per, store = c.limit.store,
    }
  end
  if needs_token and c.auth.check then
    local server = { c.auth.check, op = c.auth.op, timeout = c.auth.timeout }
    server.fallback = { fail "denied" }
    steps[#steps + 1] = call(server)
  elseif needs_token then
    steps[#steps + 1] = work(c.auth.work)
  end
  return steps
end

kind {
  name = "api_gateway",
  summary = "Routes requests to services behind a limit, a check of tokens, a cache and changes.",
  doc = [[
Each operation is a path: `route` says which component answers it, and an operation without a route
fails; a route called `default` takes all others. For each request, in this order: `request`, the
gateway's own work; the `limit`, which refuses with `rate_limited`; `auth`, the check of its token,
by a component that is asked, whose failure is `denied`, or by work of the gateway itself; then the
answer comes out of the `cache`, or from behind; then `transform`, the work of changing it. A worker
does not wait for what is behind (event loop, as in nginx, on which Kong runs). What is behind and
turns a request away (refused, shed, rate_limited, denied) is passed on with that cause, and with
when to come again; any other failure is `failed`.

It is composed of a service with its name and, where `cache` is given, a cache for each cached path,
called NAME/cache-PATH, which has its own metrics and faults. Several instances behind a load
balancer are a replicated gateway: they share the caches, and the limit with a `store` alone.

Left out: tokens that are kept for a while, plugins that call others, WebSocket, and what a changed
request asks of the services.]],
  example = [[
client "apps" { arrivals = poisson "300/s", target = "gateway", users = 1000,
                mix = { orders = 0.3, goods = 0.7 }, keys = zipf { n = 1000, s = 1 } }
api_gateway "gateway" { workers = 2, request = "0.2ms",
                        route = { orders = "order-service", goods = "catalogue" },
                        limit = { rate = "5/s", burst = 10, per = "user" },
                        auth = { check = "tokens", timeout = "50ms", of = { "orders" } },
                        cache = { of = { "goods" }, capacity = 200, ttl = "60s" },
                        transform = "0.1ms" }
service "order-service" { workers = 8, work = exponential "20ms" }
service "catalogue" { workers = 8, work = exponential "5ms" }
service "tokens" { workers = 4, work = "1ms" }
run { duration = "60s", warmup = "10s", replications = 4 }
]],
  entry = "service",
  parts = { { "cache-*", kind = "cache", doc = "Answers of one path that is cached." } },
  params = {
    { "workers", of = "service",
      doc = "Cores of one instance; each does one piece of work at a time (nginx: a worker)." },
    { "queue", of = "service" },
    { "route", type = "routes", required = true,
      doc = "Which component answers which operation: { api = \"app\", files = \"store\" }." },
    { "request", type = "time", default = "0ms",
      doc = "Work of the gateway itself for one request: reading, choosing, writing." },
    { "transform", type = "time", default = "0ms", doc = "Work of changing one answer." },
    { "timeout", of = "client", doc = "How long it waits for what is behind (Kong: 60 s)." },
    { "retry", of = "client",
      doc = "Asks again what is behind when it failed (Kong: 5 times, unless it connected)." },
    { "limit", type = "group", doc = "Refuses what is too much, by a token bucket.",
      params = {
        { "rate", type = "pace", required = true, min = 1e-9, max = 1e9,
          doc = "How much each may send." },
        { "burst", type = "count", default = 1, min = 1, max = 1000000000,
          doc = "How many may come at once." },
        { "per", type = "choice", choices = { "all", "user", "tier", "key", "client", "caller" },
          default = "all", doc = "Who has a limit of their own." },
        { "store", type = "component",
          doc = "Counts for all instances; without it each counts for itself." },
      } },
    { "auth", type = "group", doc = "Checks the token of a request.",
      params = {
        { "of", type = "operations", doc = "Paths that need a token; without it all." },
        { "check", type = "component", doc = "Who is asked about it; without it `work`." },
        { "op", type = "operation", doc = "The operation of that call; that of the request." },
        { "timeout", of = "client", doc = "How long it waits for that answer." },
        { "work", type = "time", default = "0ms",
          doc = "Work of the gateway's own check, such as of a signature (RSA-2048: 0.02 ms)." },
      } },
    common.cache,
  },
  build = function(c)
    local keeps = c.cache and common.operations(c, c.cache.of, "cache.of") or {}
    local checks = c.auth and common.operations(c, c.auth.of, "auth.of") or {}
    local on = {}
    for op, to in pairs(c.route) do
      local steps = door(c, checks[op])
      if keeps[op] then to = common.cached(c, op, to) end
      steps[#steps + 1] = common.ask(c, to)
      steps[#steps + 1] = work(c.transform)
      on[op] = steps
    end
    on.default = on.default or door(c, false)
    if not c.route.default then on.default[#on.default + 1] = fail() end
    service(c.name) { workers = c.workers, queue = c.queue, io = "async", on = on }
  end,
}
