-- A shop fails a fifth of its requests for a while, and later its servers become slow: how soon do
-- alerts on errors, on latency and on the processor tell, and how often do they cry wolf?
--
-- Covers G07.
-- Two requests of a hundred fail at the best of times. "errors" looks at the share of the last
-- minute, above 5 %; "outage" at that of five minutes, above 10 %; "slow" at the mean latency,
-- above 3 s, and "busy" at the processors, above 90 %. "nervous" looks at the errors of five
-- seconds, a hundred requests, of which more than five fail by chance now and then. Loads, work and
-- the usual share of errors are assumed.
--
-- Off: fails=1%  what goes wrong is lost in the usual, and the alert on errors is silent
-- Off: slower=1  the servers stay as fast as they were
-- Off: calm=30%  where so many requests fail at the best of times, every alert is one for nothing
-- Answer: errors.detection.max
local fails = param { "fails", "20%", doc = "share of the requests that the first fault fails" }
local slower = param { "slower", 2.5, doc = "how much slower servers are in the second one" }
local calm = param { "calm", "2%", doc = "share of the requests that fail at the best of times" }

client "users" { arrivals = poisson "20/s", target = "shop", timeout = "5min" }
service "shop" { workers = 2, on = { work(exponential "50ms"), branch { p = calm, fail() } } }

control "errors" { watch = "users.error_ratio", above = "5%", over = "1min", every = "15s",
  act = alert() }
control "outage" { watch = "users.error_ratio", above = "10%", over = "5min", every = "15s",
  act = alert() }
control "slow" { watch = "users.latency", above = "3s", over = "1min", every = "15s",
  act = alert() }
control "busy" { watch = "shop.utilization", above = "90%", over = "1min", every = "15s",
  act = alert() }
control "nervous" { watch = "users.error_ratio", above = "5%", every = "5s", act = alert() }

fault { error { "shop", ratio = fails }, at = "20min", lasts = "10min" }
fault { slow { "shop", factor = slower }, at = "60min", lasts = "5min" }

-- A fifth of the last minute's requests fail after 60 s times 3 % of 20 %, and the next look.
goal "errors.detection.max < 32s"
goal "errors.false_alarms == 0"
goal "outage.detection.max < 2.6min"
goal "outage.detection.mean > 90s"
goal "outage.false_alarms == 0"
goal "slow.detection.max < 2min"
goal "slow.false_alarms == 0"
goal "busy.detection.max < 75s"
goal "nervous.false_alarms > 5"

run { duration = "90min", warmup = "5min", replications = 8 }
