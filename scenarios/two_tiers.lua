-- Two hundred desktops of a library hold a connection to its database all day: what runs out first,
-- its processors or its connections, and what does a middle tier with a pool change?
--
-- Covers A06.
-- Each desktop asks every 20 s on average and keeps its connection; a question takes 20 ms. The
-- database takes 100 connections (PostgreSQL's max_connections). A desktop that came too late waits
-- for one that nobody gives back. With a server in the middle the desktops' connections end there,
-- and 20 to the database do for all.
--
-- Off: pooled=false  the desktops hold the connections themselves
-- Answer: pooled.availability
local pooled = param { "pooled", true, doc = "whether a middle tier with a pool stands between" }

local kept = { keep = "8h" }
local function desktops(name, target)
  client(name) {
    instances = 200, arrivals = closed { users = 1, think = exponential "20s" },
    target = target, timeout = "10s",
  }
  path { from = name, to = target, latency = "1ms", transport = "tcp", connect = kept }
  service(name .. "-db") { workers = 8, accept = { most = 100, backlog = 10 },
    work = exponential "20ms" }
end

desktops("direct", "direct-db")
desktops("pooled", pooled and "app" or "pooled-db")
service "app" {
  only_if = pooled, workers = 200,
  on = { work "1ms", call { "pooled-db", pool = { size = 20, queue = "unlimited" } } },
}
if pooled then
  path { from = "app", to = "pooled-db", latency = "1ms", transport = "tcp", connect = kept }
end

-- The connections are all taken, and the processors have next to nothing to do.
goal "direct.availability < 90%"
goal "direct-db.utilization < 10%"
goal "pooled.availability == 100%"
goal "pooled-db.accept.held.max <= 20"

run { duration = "15min", warmup = "1min", replications = 4 }
