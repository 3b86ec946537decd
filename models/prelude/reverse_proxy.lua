-- nginx and its like: what a proxy does for all that is behind it, on the processor of one machine.
local common = ...

-- What is done for one request before it is passed on.
local function door(c, steps)
  if c.tls then steps[#steps + 1] = branch { p = c.tls.new, work(c.tls.handshake) } end
  if c.firewall then steps[#steps + 1] = work(c.firewall.rules) end
  steps[#steps + 1] = work(c.request)
  return steps
end

local function blocked(c, attacks, op)
  local p = attacks[op] and c.firewall.catches or c.firewall.false_alarms
  return fail { "denied", p = p }
end

kind {
  name = "reverse_proxy",
  summary = "Passes requests on by path, and caches, compresses, ends TLS and filters on the way.",
  doc = [[
Each operation is a path: `route` says which component answers it, and an operation without a route
fails, as a path without one is answered 404; a route called `default` takes all others. For each
request, in this order: with `tls`, those that open a connection cost a handshake; with `firewall`,
its rules are run and some requests are `denied`; then `request`, the proxy's own work; then the
answer comes out of the `cache`, or from behind; then `compress` makes it smaller. All of this work
is done by the `workers`, one piece at a time; a worker does not wait for what is behind (event
loop, as in nginx). `request` comes before the answer of what is behind, also the part of it that a
real proxy does afterwards. What is behind and turns a request away (refused, shed, rate_limited,
denied) is passed on with that cause, and with when to come again, as proxies pass on the status
that they got (nginx, Envoy); any other failure is `failed`. Caches keep answers as they come, so
that each is compressed again (nginx: the gzip filter).

It is composed of a service with its name and, where `cache` is given, a cache for each cached path,
called NAME/cache-PATH, which has its own metrics and faults. Where the proxy has several instances,
they share these caches.

Left out: connections and their round trips (`new` says which requests open one), the bytes that TLS
encrypts, bodies that the firewall reads, a cache of each instance, upstream groups (name a
load_balancer as the route).]],
  example = [[
client "users" { arrivals = poisson "500/s", target = "edge", mix = { api = 0.2, files = 0.8 },
                 keys = zipf { n = 1000, s = 1 } }
reverse_proxy "edge" { workers = 2, request = "0.1ms", route = { api = "app", files = "store" },
                       cache = { of = { "files" }, capacity = 200, ttl = "60s" },
                       tls = { handshake = "1ms", new = "10%" } }
service "app" { workers = 8, work = exponential "20ms" }
service "store" { workers = 8, work = exponential "5ms" }
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
      doc = "Work of the proxy itself for one request: reading, choosing, writing." },
    { "timeout", of = "client", doc = "How long it waits for what is behind (nginx: 60 s)." },
    { "retry", of = "client",
      doc = "Asks again what is behind when it failed (nginx: proxy_next_upstream)." },
    common.cache,
    { "compress", type = "group", doc = "Makes answers smaller on their way to the client.",
      params = {
        { "of", type = "operations", doc = "Paths whose answers are compressed; without it all." },
        { "ratio", type = "ratio", required = true, min = 1e-6, max = 1,
          doc = "Size afterwards, as a share of what it was (gzip of HTML: 20 %)." },
        { "per_byte", type = "time", default = "0ns",
          doc = "Work for each byte of the answer as it was; a fixed time." },
      } },
    { "tls", type = "group", doc = "Ends the clients' TLS.",
      params = {
        { "handshake", type = "time", required = true,
          doc = "Work of a full handshake, most of it for the signature with the server's key." },
        { "new", type = "ratio", default = "100%",
          doc = "Share of the requests that open a connection, and so pay for a handshake." },
      } },
    { "firewall", type = "group", doc = "Refuses requests by rules (a web application firewall).",
      params = {
        { "rules", type = "time", required = true,
          doc = "Work of the rules on one request, good or bad." },
        { "attacks", type = "operations", required = true, doc = "Operations that are attacks." },
        { "catches", type = "ratio", default = "100%",
          doc = "Share of the attacks that is refused." },
        { "false_alarms", type = "ratio", default = "0%",
          doc = "Share of the other requests that is refused as well." },
      } },
  },
  build = function(c)
    local firewall = c.firewall
    local attacks = firewall and common.operations(c, firewall.attacks, "firewall.attacks") or {}
    local keeps = c.cache and common.operations(c, c.cache.of, "cache.of") or {}
    local smaller = c.compress and common.operations(c, c.compress.of, "compress.of") or {}
    local on = {}
    for op, to in pairs(c.route) do
      local steps = door(c, {})
      if c.firewall then steps[#steps + 1] = blocked(c, attacks, op) end
      if keeps[op] then to = common.cached(c, op, to) end
      steps[#steps + 1] = common.ask(c, to)
      if smaller[op] then
        steps[#steps + 1] = compress { ratio = c.compress.ratio, per_byte = c.compress.per_byte }
      end
      on[op] = steps
    end
    on.default = on.default or door(c, {})
    if not c.route.default then on.default[#on.default + 1] = fail() end
    service(c.name) { workers = c.workers, queue = c.queue, io = "async", on = on }
  end,
}
