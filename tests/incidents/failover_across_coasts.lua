-- A link between two coasts is cut for 43 seconds, and the far coast takes over the databases: what
-- do these seconds cost?
--
-- Source: github.blog/2018-10-30-oct21-post-incident-analysis
-- The near coast went on writing to the primary that it could reach, and none of that got across:
-- writes that the new primary does not have. From then on all writes went to the other coast and
-- back, too slow for applications that make many for a page. Two of the cures: no primary across
-- regions, and a quorum that needs more than the far side. 60 ms there and back and three queries
-- for a request are assumed.
--
-- Off: far=false  the manager stands on the near coast and leaves the primary there
-- Off: fence=true  the former primary stops when another takes over: a quarter of it is lost
-- Answer: mysql.lost_writes
local far = param { "far", true, doc = "whether the far coast may take over" }
local fence = param { "fence", false, doc = "whether the former primary is shut out" }

client "apps" {
  arrivals = poisson "100/s", target = "web", zone = "east", timeout = "2s",
  mix = { write = 0.2, read = 0.8 }, keys = uniform_keys { n = 10000 },
}
service "web" { zone = "east", on = { call "mysql", call "mysql", call "mysql" } }
database "mysql" {
  workers = 64, read = "1ms", write = "2ms",
  copies = { n = 3, zone = { "east", "east", "west" }, write = "async", fence = fence },
}
path { from = "east", to = "west", latency = "30ms" }
control "orchestrator" {
  heartbeat = "mysql", every = "1s", fails = 5, zone = far and "west" or "east",
  act = promote { "mysql", takes = "5s" },
}
fault { partition { "east", "west" }, at = "30s", lasts = "43s", name = "link" }

-- 43 s of 60 writes/s.
goal "mysql.lost_writes > 2200"
goal "mysql.lost_writes < 3000"
goal "apps.latency.p50 > 180ms"
run { duration = "3m", warmup = "10s", replications = 4 }
