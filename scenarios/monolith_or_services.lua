-- The same shop as one process, as one process with modules, and as separate services: what do the
-- network hops cost, whom does one crashing module take along, and what does a busy search need?
--
-- Covers A05.
-- The same work on 12 cores three ways. In `mono` all modules share them; in `modular` each module
-- has its threads in the one process; in `micro` each module is a service with the same number of
-- cores, half a millisecond of network there and back (same zone). Views take 10 ms of work in
-- three modules, so two hops make 11 ms of them.
-- The recommendations crash for 15 s: with the process, or alone. During a sale four times as many
-- search: idle cores of the one process help out, the search service must grow, and it alone. Work,
-- loads and the outage are assumed.
--
-- Off: hop=0ms  the network takes no time: services are as fast as modules
-- Off: alone=false  recommendations take all services along when they crash
-- Off: search=3  the search service does not grow for the sale
-- Answer: micro.availability
local hop = param { "hop", "0.25ms", doc = "network between two services, one way" }
local alone = param { "alone", true, doc = "whether recommendations crash alone as a service" }
local search = param { "search", 8, doc = "cores of the search service during the sale" }

local cores = { web = 2, catalogue = 3, recommend = 2, search = 3, checkout = 2 }
local takes = { web = "2ms", catalogue = "5ms", recommend = "3ms", search = "15ms",
                checkout = "10ms" }
local asks = { -- what each operation asks the modules behind the web pages
  view = { "catalogue", "recommend" },
  search = { "search" },
  buy = { "catalogue", "checkout" },
}

local function users(name, target, sale)
  client(name) {
    arrivals = poisson(sale and "570/s" or "300/s"), target = target, timeout = "2s",
    mix = sale and { view = 180 / 570, search = 360 / 570, buy = 30 / 570 }
              or { view = 0.6, search = 0.3, buy = 0.1 },
  }
end

local function one_process(name, sale)
  users(name, name .. "-shop", sale)
  local on = {}
  for op, modules in pairs(asks) do
    on[op] = { work(takes.web) }
    for _, module in ipairs(modules) do on[op][#on[op] + 1] = work(takes[module]) end
  end
  service(name .. "-shop") { workers = 12, on = on }
end

-- Modules with threads of their own; between them the network, if they are services.
local function modules(name, network, search_cores, sale)
  users(name, name .. "-web", sale)
  local on = {}
  for op, list in pairs(asks) do
    on[op] = { work(takes.web) }
    for _, module in ipairs(list) do
      on[op][#on[op] + 1] = call { name .. "-" .. module, timeout = "1s",
                                   fallback = module == "recommend" and {} or nil }
    end
  end
  for module, n in pairs(cores) do
    service(name .. "-" .. module) {
      zone = name .. "-process", io = "async",
      workers = module == "search" and search_cores or n,
      on = module == "web" and on or { work(takes[module]) },
    }
    if network and module ~= "web" then
      path { from = name .. "-web", to = name .. "-" .. module, latency = hop }
    end
  end
end

one_process("mono")
modules("modular", false, cores.search)
modules("micro", true, cores.search)
one_process("sale-mono", true)
modules("sale-micro", true, search, true)

fault { crash "mono-shop", at = "50s", lasts = "15s" }
fault { crash "modular-process", at = "50s", lasts = "15s" }
fault { crash(alone and "micro-recommend" or "micro-process"), at = "50s", lasts = "15s" }

-- Two hops of half a millisecond.
goal "mono.op.view.latency.p50 < 10.1ms"
goal "modular.op.view.latency.p50 < 10.1ms"
goal "micro.op.view.latency.p50 > 10.9ms"
goal "micro.op.view.latency.p50 < 11.1ms"
-- 15 of 120 s for everybody, or for nobody.
goal "mono.availability < 89%"
goal "modular.availability < 89%"
goal "micro.availability >= 99.9%"
-- The sale.
goal "sale-mono.op.search.latency.p99 < 60ms"
goal "sale-micro.op.search.latency.p99 < 60ms"

run { duration = "2min", warmup = "0s", replications = 4 }
