-- For ten seconds 150 statements a second take a second each instead of 10 ms: what happens to
-- everybody else with and without a limit on how long a statement may take?
--
-- Source: github.com/adamfilli/happy-simulator, examples/infrastructure/database_query_timeout.py
-- 500 statements/s of 10 ms share 100 connections with 150/s of one second, which need 150.
-- Reported for the others: mean, p95 and p99 of 0.61, 4.1 and 5.1 s. A database that stops what
-- takes longer than 250 ms needs 38 connections for the long ones, and the others keep their 10
-- ms throughout. The limit is how long the long statement works, and its caller gets an error and
-- tries once more.
--
-- Off: guard=false  the database lets long statements run to their end
-- Off: burst=15/s  a tenth of the long statements finds enough connections
-- Answer: open.latency.p99
local guard = param { "guard", true, doc = "whether the second database stops long statements" }
local burst = param { "burst", "150/s", doc = "long statements" }

local function statements(stopped)
  return {
    workers = 100,
    on = {
      short = { work "10ms" },
      long = stopped and { work "250ms", fail() } or { work "1s" },
    },
  }
end
service "database" (statements(false))
service "guarded" (statements(guard))

local long = profile { { "0s", "0/s" }, { "15s", burst }, { "25s", "0/s" }, steps = true }
client "open" { arrivals = poisson "500/s", target = "database", mix = { short = 1 } }
client "stopped" { arrivals = poisson "500/s", target = "guarded", mix = { short = 1 } }
client "long-open" { arrivals = poisson(long), target = "database", mix = { long = 1 } }
client "long-stopped" { arrivals = poisson(long), target = "guarded", mix = { long = 1 },
  retry = { attempts = 2, backoff = exponential { base = "100ms", cap = "1s", jitter = "full" } } }

goal "open.latency.mean > 0.45s"
goal "open.latency.mean < 0.8s"
goal "open.latency.p95 > 3.3s"
goal "open.latency.p95 < 4.9s"
goal "open.latency.p99 > 4.2s"
goal "open.latency.p99 < 6.3s"
goal "stopped.latency.p99 < 11ms"
run { duration = "70s", warmup = "0s", replications = 20 }
