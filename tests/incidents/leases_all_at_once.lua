-- A manager has lost the leases of all its servers, and has to make them again: why does it get
-- nowhere once what it depends on is back?
--
-- Source: aws.amazon.com/message/101925 (19 and 20 October 2025)
-- While its store had no address the manager of EC2's servers could not renew its leases, and
-- they ran out. When the store was back there were so many to make that the work on one was not
-- done before its time was over; it was queued again, and more and more was done for nothing. The
-- manager recovered when less was let in. Assumed are 6000 servers that ask at once, 20 ms for a
-- lease, so two minutes in all, and half a minute until one is asked for again.
--
-- Off: let_in=40/s  less work is let in than is done, and all have their leases
-- Off: servers=1000  fewer servers, whose leases are made in time
-- Answer: servers.within.20min
local let_in = param { "let_in", "none", doc = "leases a second that may be asked for" }
local servers = param { "servers", 6000, doc = "servers without a lease" }

client "servers" {
  arrivals = burst { servers, at = "10s" }, target = "manager", timeout = "30s",
  retry = {
    attempts = 60, on = { "timeout", "rate_limited" },
    backoff = let_in == "none" and "1s" or
      exponential { base = "5s", cap = "60s", jitter = "full" },
  },
}
service "manager" {
  on = let_in ~= "none" and { limit { let_in, burst = 40 }, call "leases" } or { call "leases" },
}
service "leases" { workers = 1, work = "20ms" }

-- The first half minute makes 1500 leases; then each is ready after its server has given it up.
goal "servers.within.20min < 50%"
goal "leases.late > 10000"
run { duration = "21min", warmup = "0s", replications = 2 }
