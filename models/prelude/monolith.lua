-- A whole application in one process, with one database: what most begin with.

local function has(list, op)
  for _, one in ipairs(list) do
    if one == op then return true end
  end
  return false
end

-- What the process does for an operation: its modules one after the other; nil: any other one.
local function steps_of(c, op)
  local steps = {}
  local writes = c.database and c.database.writes and op and has(c.database.writes, op)
  for _, module in ipairs(c.modules) do
    if not module.of or (op and has(module.of, op)) then
      steps[#steps + 1] = work(module.work)
      for _ = 1, module.queries do
        steps[#steps + 1] = call {
          c.name .. "/db", op = writes and "write" or "read", timeout = c.timeout,
        }
      end
    end
  end
  return steps
end

kind {
  name = "monolith",
  summary = "A whole application in one process: its modules share workers and a database.",
  doc = [[
Each request takes one of the `workers` of the process and goes through the `modules` one after the
other, those whose `of` has its operation and those without one. A module works, and asks the
database `queries` times; the worker waits for it. Calls between modules cost nothing: there is no
network between them, and no queue. So a busy module can have all workers, and one that breaks the
process takes all others along: a crash, a hang, a leak (`memory`), a deployment are of the whole.
It scales by `instances` of the whole, which all have the one database.

It is composed of a service with its name and, where `database` is given, one called NAME/db.

Left out: threads of a module's own (name services for that), what modules share beside workers and
memory, a pool of connections to the database (`connections` bounds them at the other end).]],
  example = [[
client "users" { arrivals = poisson "100/s", target = "shop", timeout = "2s",
                 mix = { view = 0.7, search = 0.2, buy = 0.1 } }
monolith "shop" {
  workers = 16,
  modules = {
    { "pages", work = "1ms" },
    { "catalogue", of = { "view", "buy" }, work = exponential "5ms", queries = 2 },
    { "search", of = { "search" }, work = exponential "15ms", queries = 1 },
    { "checkout", of = { "buy" }, work = exponential "10ms", queries = 3 },
  },
  database = { workers = 8, read = "2ms", write = "4ms", writes = { "buy" } },
}
run { duration = "60s", warmup = "10s", replications = 4 }
]],
  entry = "service",
  parts = { { "db", kind = "database", doc = "The one database of all modules." } },
  params = {
    { "workers", of = "service" },
    { "queue", of = "service" },
    { "memory", of = "service" },
    { "modules", type = "list", required = true, min = 1,
      doc = "What the process is made of, in the order in which a request goes through it.",
      params = {
        { "module", type = "text", required = true, doc = "Its name." },
        { "of", type = "operations",
          doc = "Operations that go through it; without it all, also those that no module names." },
        { "work", type = "time", default = "0ms", doc = "Its work on a request." },
        { "queries", type = "count", default = 0, min = 0, max = 100,
          doc = "How often it asks the database for a request." },
      } },
    { "timeout", of = "client", doc = "How long a query may take." },
    { "database", type = "group", doc = "The one database of all modules.",
      params = {
        { "workers", of = "database" },
        { "connections", of = "database" },
        { "read", of = "database" },
        { "write", of = "database" },
        { "writes", type = "operations", doc = "Operations whose queries are writes." },
      } },
  },
  build = function(c)
    local on = { default = steps_of(c, nil) }
    for _, module in ipairs(c.modules) do
      assert(module.queries == 0 or c.database,
             "modules: '" .. module.module .. "' has queries, and there is no 'database'")
      for _, op in ipairs(module.of or {}) do on[op] = steps_of(c, op) end
    end
    for _, op in ipairs(c.database and c.database.writes or {}) do on[op] = steps_of(c, op) end
    service(c.name) { workers = c.workers, queue = c.queue, memory = c.memory, on = on }
    if c.database then
      database(c.name .. "/db") {
        workers = c.database.workers, connections = c.database.connections,
        read = c.database.read, write = c.database.write,
      }
    end
  end,
}
