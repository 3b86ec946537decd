-- Two thousand tasks restart at the same time, and each reads a table before it serves: when do all
-- of them?
--
-- Source: status.cloud.google.com/incidents/ow5i3PPK96RduMcb1SsW (12 June 2025)
-- A policy with blank fields made all tasks of the service that checks requests crash. 40 minutes
-- later they no longer did, but in the largest region it took 2 h 40 min: the tasks that restarted
-- overloaded the table that they read, since they tried again without a pause that grows and is
-- drawn by chance. In the end fewer were let through. 2000 tasks, 20 ms a read and 5 s of patience
-- are assumed: 40 s of work in all.
--
-- Off: backoff=true  pauses that grow and are drawn spread the tasks
-- Off: tasks=200  a smaller region, whose table reads for all in time
-- Answer: tasks.availability
local backoff = param { "backoff", false, doc = "whether pauses grow and are drawn by chance" }
local tasks = param { "tasks", 2000, doc = "tasks that restart" }

client "tasks" {
  arrivals = burst { tasks, at = "10s" }, target = "table", timeout = "5s",
  retry = {
    attempts = 60,
    backoff = backoff and exponential { base = "5s", cap = "2min", jitter = "full" } or "1s",
  },
}
service "table" { workers = 1, work = "20ms" }

-- Ten minutes later.
goal "tasks.within.10min < 20%"
run { duration = "11min", warmup = "0s", replications = 2 }
