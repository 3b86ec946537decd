-- One worker at a time may change a customer's account, so each takes a lock for 10 s. Workers
-- stand still now and then, some of them for longer than that: how often do two have the lock at
-- once, and whose write counts then?
--
-- Covers I02.
-- Four services do the same work: lock, read the account, work, write it. In the first two the
-- lease is not renewed, so that long work outlasts it, too. The last two renew it every third,
-- which helps against long work and not against a process that stands still: that renews
-- nothing, the lease ends, and another one gets the lock. When the first goes on it does not
-- know, and writes over what was written since. A store that looks at the token of the lock
-- keeps that out; two holders there are all the same. The lease, loads and pauses are assumed.
--
-- Off: fencing=false  the late write of a holder that stood still counts
-- Off: renew=false  work that takes longer than the lease, without any pause
-- Off: pause=1ms  nobody stands still for longer than the lease
-- Answer: both.stale_writes
local fencing = param { "fencing", true, doc = "whether the store looks at tokens" }
local renew = param { "renew", true, doc = "whether a holder renews its lease" }
local pause = param { "pause", "15s", doc = "how long a worker stands still on average" }

local function bank(name, renews, fences)
  local app, accounts = name .. "-app", name .. "-accounts"
  client(name .. "-clerks") {
    arrivals = poisson "5/s",
    mix = { book = 1 },
    keys = uniform_keys { n = 200 },
    target = name .. "-front",
  }
  load_balancer(name .. "-front") { backends = { app } }
  service(app) {
    instances = 20,
    pauses = { every = exponential "10min", lasts = exponential(pause) },
    on = {
      lock { name, lease = "10s", renew = renews, timeout = "60s" },
      call { accounts, op = "read" },
      work(lognormal { p50 = "1s", p99 = "9s" }),
      call { accounts, op = "write" },
      unlock(),
    },
  }
  lock_service(name) { work = "2ms" }
  database(accounts) { read = "1ms", write = "5ms", fencing = fences }
end
bank("neither", false, false)
bank("fenced", false, fencing)
bank("renewed", renew, false)
bank("both", renew, fencing)

goal "neither.stale_writes > 20"
goal "renewed.stale_writes > 1"
goal "renewed.stale_writes < 35"
goal "fenced.stale_writes < 1"
goal "both.stale_writes < 1"
goal "both.two_holders > 1"
run { duration = "1h", warmup = "1min", replications = 10 }
