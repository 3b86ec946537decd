-- A dependency hangs for a minute: does a timeout of 3 s keep it from taking all threads of its
-- caller?
--
-- Covers G09.
-- 4 of 100 requests/s need the dependency. While it hangs, each holds a thread until its timeout:
-- 4/s x 3 s = 12 of 32 threads. Without a timeout 32 are gone after 8 s, and every request waits.
-- Loads, threads and times of work are assumed.
--
-- Off: timeout=never  all threads wait for the dependency; what does not need it fails as well
-- Off: timeout=20s  too long: 4/s x 20 s is more than there are threads
-- Answer: users.op.plain.availability
local timeout = param { "timeout", "3s", doc = "how long a call to the dependency may take" }

client "users" {
  arrivals = poisson "100/s", target = "web", timeout = "10s",
  mix = { plain = 0.96, needs = 0.04 },
}
service "web" {
  workers = 32, queue = 100,
  on = {
    plain = { work(exponential "20ms") },
    needs = { work(exponential "20ms"), call { "dependency", timeout = timeout } },
  },
}
service "dependency" { work = exponential "50ms" }
fault { hang "dependency", at = "60s", lasts = "60s" }

goal "users.op.plain.availability >= 99.99%"
goal "users.op.plain.latency.p99 < 150ms"
goal "web.queue.max < 10"
-- What needs the dependency fails for about 60 of 240 s, whatever its caller does.
goal "users.op.needs.availability > 70%"
goal "users.op.needs.availability < 80%"

run { duration = "5min", warmup = "60s", replications = 10 }
