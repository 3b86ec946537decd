-- How many requests a second does a process finish that does one at a time, and how many do two
-- and four processes?
--
-- Covers B04.
-- Each request takes 50 ms of CPU. 50 users ask again as soon as they have their answer, so there
-- is always work. N processes finish N / 50 ms = N x 20 requests/s, and by Little's law a request
-- takes 50 users / (N x 20/s): 2.5 s, 1.25 s, 0.625 s.
--
-- Off: blocking=false  without the limit of one request a process all 50 run at once: 1000/s
-- Answer: users-1.throughput
local blocking = param { "blocking", true, doc = "whether a process does one request at a time" }

for _, processes in ipairs { 1, 2, 4 } do
  client("users-" .. processes) { arrivals = closed { users = 50 }, target = "web-" .. processes }
  service("web-" .. processes) { workers = blocking and processes or "unlimited", work = "50ms" }
end

-- 1 % to each side: windows begin and end in the middle of requests.
goal "users-1.throughput > 19.8/s"
goal "users-1.throughput < 20.2/s"
goal "users-1.latency.mean > 2.47s"
goal "users-1.latency.mean < 2.53s"
goal "users-2.throughput > 39.6/s"
goal "users-2.throughput < 40.4/s"
goal "users-2.latency.mean > 1.23s"
goal "users-2.latency.mean < 1.27s"
goal "users-4.throughput > 79.2/s"
goal "users-4.throughput < 80.8/s"
goal "users-4.latency.mean > 0.617s"
goal "users-4.latency.mean < 0.633s"
if blocking then goal "web-4.utilization > 99.9%" end

run { duration = "2min", warmup = "10s", replications = 2 }
