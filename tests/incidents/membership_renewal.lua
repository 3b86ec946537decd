-- Storage servers ask for their membership once a minute, and all at once after a network that was
-- cut for a while: do they get it?
--
-- Source: aws.amazon.com/message/5467D2 (DynamoDB, 20 September 2015)
-- Memberships had grown with a new kind of index, and took longer to put together than a server
-- waits. One that has waited in vain asks again, and what it asked before is worked on all the
-- same: the service for metadata stayed overloaded for hours, until requests were held back. The
-- cures: more capacity, smaller memberships and a longer wait. 2000 servers and 10 ms for a
-- membership, which keeps the service busy a third of the time, are assumed.
--
-- Off: wait=60s  a server waits for as long as all of them take
-- Off: size=1ms  memberships as they were before
-- Off: again=1min  they ask again later
-- Answer: storage.availability
local wait = param { "wait", "2s", doc = "for how long a server waits for its membership" }
local size = param { "size", "10ms", doc = "work of one membership" }
local again = param { "again", "100ms", doc = "until it asks again" }

client "storage" {
  arrivals = closed { users = 2000, think = uniform { "50s", "70s" } }, target = "metadata",
  timeout = wait,
  retry = { attempts = 60, backoff = exponential { base = again, cap = again, jitter = "full" } },
}
service "metadata" { workers = 1, work = size }
fault { partition { "storage", "metadata" }, at = "100s", lasts = "60s" }

goal "storage.availability < 50%"
goal "metadata.utilization > 90%"
run { duration = "7m", warmup = "160s", replications = 4 }
