-- Load tests with 10, 50 and 100 users on one cluster: does more load bring more answers?
--
-- Source: github.com/objectstack-ai/objectstack/issues/13404
-- Reported: 19, 24 and 25 requests/s, half of them answered within 513, 1988 and 3738 ms: a
-- plateau. Each user waits for the answer before asking again, so past saturation latency is
-- users divided by throughput, and nothing else changes. Twelve workers that take 0.48 s for a
-- request do this.
--
-- Off: workers=100  with a worker for each user nobody waits
-- Answer: hundred.latency.p50
local workers = param { "workers", 12, doc = "requests that are worked on at once" }

for name, users in pairs { ten = 10, fifty = 50, hundred = 100 } do
  client(name) { arrivals = closed { users = users }, target = name .. "-cluster" }
  service(name .. "-cluster") { workers = workers, work = gamma { mean = "480ms", shape = 4 } }
end

goal "ten.throughput > 18/s"
goal "ten.throughput < 23/s"
goal "fifty.throughput > 23/s"
goal "fifty.throughput < 26/s"
goal "hundred.throughput > 23/s"
goal "hundred.throughput < 26/s"
goal "ten.latency.p50 < 0.6s"
goal "fifty.latency.p50 > 1.8s"
goal "fifty.latency.p50 < 2.2s"
goal "hundred.latency.p50 > 3.5s"
goal "hundred.latency.p50 < 4.2s"
run { duration = "10min", warmup = "20s", replications = 4 }
