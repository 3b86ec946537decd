-- What several kinds of the prelude need. Each of their files gets this table: local common = ...
local common = {}

-- The call to what is behind. When that turns a request away, its answer is passed on as it is and
-- with when to come again, as nginx and Envoy do with a status that they got.
function common.ask(c, behind)
  local refusals = { "refused", "shed", "rate_limited", "denied" }
  return call { behind, timeout = c.timeout, retry = c.retry, pass_on = refusals }
end

-- The operations of the list as a set; without a list all that have a route. `what` names the list
-- where it says an operation that has none.
function common.operations(c, list, what)
  if not list then return c.route end
  local set = {}
  for _, op in ipairs(list) do
    assert(c.route[op], what .. ": '" .. op .. "' has no route")
    set[op] = true
  end
  return set
end

-- A cache of its own for one path, before what is behind: its name.
function common.cached(c, op, behind)
  local name = c.name .. "/cache-" .. op
  cache(name) { capacity = c.cache.capacity, ttl = c.cache.ttl, origin = behind }
  return name
end

-- The parameter of such caches.
common.cache = {
  "cache", type = "group",
  doc = "Keeps answers by the key of the request, one cache for each path.",
  params = {
    { "of", type = "operations", doc = "Paths that are cached; without it all." },
    { "capacity", of = "cache", doc = "Entries that the cache of one path holds." },
    { "ttl", of = "cache" },
  },
}

return common
