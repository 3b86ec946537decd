-- A batch of payments changes eight accounts of one database: how often do two of them wait for
-- each other until one is given up, and what does that cost?
--
-- Covers A04.
-- Each locks the row of an account before it changes it, and keeps it until all are changed, so two
-- that want the same accounts in opposite order wait for ever. PostgreSQL looks for that after a
-- second in which a transaction has waited, and gives one up; meanwhile others queue for the rows
-- that both have. "as-written" locks accounts in the order of the payments, "sorted" by their
-- number: then a write that waits has lower rows only, and no two wait for each other. Some
-- accounts are used more often (Zipf, assumed). With n rows a write, of D in all, the rate of
-- deadlocks grows with n^5 / D^2 (Gray et al., The Dangers of Replication, 1996).
--
-- Off: order=drawn  "sorted" locks as written, too
-- Off: look=10s  deadlocks are looked for late, and nothing gets through meanwhile
-- Answer: as-written.deadlocks
local order = param { "order", "sorted", doc = "in which order `sorted` locks accounts" }
local look = param { "look", "1s", doc = "for how long one waits until it looks for a deadlock" }

local accounts = zipf { n = 5000, s = 0.5 }
for name, locks in pairs { ["as-written"] = "drawn", sorted = order } do
  client(name .. "-users") {
    arrivals = poisson "60/s", mix = { write = 1 }, target = name, keys = accounts, timeout = "5s",
    retry = { attempts = 4, backoff = exponential { base = "100ms", cap = "1s" } },
  }
  database(name) {
    workers = 16, connections = 100, write = exponential "4ms",
    rows = { n = 8, keys = accounts, order = locks, deadlock = look },
  }
end

goal "sorted.deadlocks == 0"
goal "sorted-users.latency.p99.99 < 400ms"
goal "as-written.deadlocks > 3"
goal "as-written-users.availability > 99%"

run { duration = "30min", warmup = "1min", replications = 5 }
