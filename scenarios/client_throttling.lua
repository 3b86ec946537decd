-- Ten times as many requests come as a service admits, and to refuse one costs it a ninth of what
-- an answer costs: how many are answered in time when nobody holds back, and how many when each
-- caller turns its own calls away while few of them succeed?
--
-- Covers G13, C05.
-- The service reads each request and looks its quota up before it does anything for it. Its quota
-- of 80/s would keep it busy for 80 % of the time; with the refusals of 720/s it has half again as
-- much to do as it can, a queue of 500, and users who have given up when their turn comes. Callers
-- that throttle themselves (Google's rule with K = 2) send two for each that is admitted. The load
-- is assumed.
--
-- Off: throttled=false  refusals take the service's time, and nobody is answered in time
-- Answer: users.goodput
local throttled = param { "throttled", true }

client "users" {
  instances = 20, arrivals = poisson "40/s", target = "api", timeout = "1s",
  throttle = throttled and { threshold = "50%", counts = "all", most = 1, window = "20s" },
}
service "api" {
  workers = 1, queue = 500,
  on = { work "1ms", limit { "80/s", burst = 20 }, work(exponential "9ms") },
}

goal "users.goodput > 60/s"
goal "api.wait.p99 < 1s"
goal "api.arrival_rate < 250/s"

run { duration = "4min", warmup = "1min", replications = 16 }
