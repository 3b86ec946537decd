-- Cloudflare, CloudFront and their like: copies of answers near those who ask.
local common = ...

kind {
  name = "cdn",
  summary = "Keeps answers near the users, behind one name, with a shield before the origin.",
  doc = [[
Each of the `places` is a zone with an edge server of its own: a cache with its own keys. A caller
of the CDN goes to the edge on the shortest path from where it is; while `health_check` finds an
edge out of use, to the next one. An edge that does not have an answer asks the `origin`, or the
shield, if there is one: a cache in front of the origin that all edges share, so that the origin is
asked once for all places (CloudFront's Origin Shield, Cloudflare's Tiered Cache). Misses on the
same key wait for one answer. Operations that are listed in `passes` are never kept: they go through
the edge to the origin. An edge works `request` on each request, on `workers` cores.

It is composed of a name (dns) with the CDN's own name; for each place a service NAME/edge-PLACE
that takes the requests and a cache NAME/store-PLACE behind it; and the cache NAME/shield. Each has
its own metrics and faults.

Left out: TLS at the edge (say it on the path with `connect`), anycast, which moves a caller from
edge to edge while routes change, compression, limits and firewalls at the edge, purging by tag.]],
  example = [[
region "world" { zones = { "paris", "tokyo", "dc" } }
client "french" { zone = "paris", arrivals = poisson "50/s", target = "cdn",
                  keys = zipf { n = 1000, s = 1 } }
client "japanese" { zone = "tokyo", arrivals = poisson "50/s", target = "cdn",
                    keys = zipf { n = 1000, s = 1 } }
cdn "cdn" { places = { "paris", "tokyo" }, origin = "web", capacity = 200, ttl = "60s",
            shield = { zone = "dc", capacity = 500, ttl = "60s" } }
service "web" { zone = "dc", workers = 8, work = exponential "20ms" }
path { from = "paris", to = "dc", latency = "5ms" }
path { from = "tokyo", to = "dc", latency = "120ms" }
path { from = "paris", to = "tokyo", latency = "120ms" }
run { duration = "60s", warmup = "20s", replications = 4 }
]],
  entry = "dns",
  parts = {
    { "edge-*", kind = "service", doc = "What takes the requests at one place." },
    { "store-*", kind = "cache", doc = "What one place keeps." },
    { "shield", kind = "cache", doc = "What all places ask before the origin." },
  },
  params = {
    { "places", type = "zones", required = true,
      doc = "Zones with an edge server each: { \"paris\", \"tokyo\" }." },
    { "origin", of = "cache" },
    { "capacity", of = "cache", doc = "Entries, or bytes, that each place keeps." },
    { "ttl", of = "cache" },
    { "stale", of = "cache" },
    { "negative", of = "cache" },
    { "passes", type = "operations", doc = "Operations whose answers are never kept." },
    { "request", type = "time", default = "0ms", doc = "Work of an edge on one request." },
    { "workers", of = "service", doc = "Cores of each edge." },
    { "queue", of = "service" },
    { "timeout", of = "client", doc = "How long an edge waits for the origin (CloudFront: 30 s)." },
    { "retry", of = "client", doc = "Asks the origin again when it failed." },
    { "dns_ttl", type = "duration", default = "0ms",
      doc = "How long a caller remembers which edge is its own." },
    { "health_check", of = "dns", doc = "Checks the edges, and names only those in use." },
    { "shield", type = "group", doc = "A cache that all places ask before the origin.",
      params = {
        { "zone", type = "zones", required = true, doc = "Where it is." },
        { "capacity", of = "cache", doc = "Entries, or bytes, that it keeps." },
        { "ttl", of = "cache" },
      } },
  },
  build = function(c)
    local behind = c.origin
    if c.shield then
      behind = c.name .. "/shield"
      cache(behind) {
        zone = c.shield.zone, capacity = c.shield.capacity, ttl = c.shield.ttl, origin = c.origin,
        single_flight = true, timeout = c.timeout, retry = c.retry,
      }
    end
    local places = type(c.places) == "table" and c.places or { c.places }
    local edges = {}
    for i, place in ipairs(places) do
      local edge, store = c.name .. "/edge-" .. place, c.name .. "/store-" .. place
      edges[i] = edge
      cache(store) {
        zone = place, capacity = c.capacity, ttl = c.ttl, stale = c.stale, negative = c.negative,
        origin = behind, single_flight = true, timeout = c.timeout, retry = c.retry,
      }
      local on = { default = { work(c.request), common.ask({}, store) } }
      for _, op in ipairs(c.passes or {}) do
        on[op] = { work(c.request), common.ask(c, c.origin) }
      end
      service(edge) { zone = place, workers = c.workers, queue = c.queue, io = "async", on = on }
    end
    dns(c.name) { backends = edges, algorithm = "nearest", ttl = c.dns_ttl,
                  health_check = c.health_check }
  end,
}
