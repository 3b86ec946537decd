-- Six thousand thumbnails are ordered at once: how long until they are done when the number of
-- workers follows the backlog, and what does that cost against having as many all the time?
--
-- Covers C04.
-- A worker makes ten thumbnails a second. On a usual day 50 a second are asked for, which keeps
-- five of six workers busy: with these alone the last of the spike waits 100 s, and it takes ten
-- minutes until nobody waits any more. The backlog is looked at every 30 s; for each hundred that
-- wait there is to be one worker, at most 20, and one takes 20 s to start. Twenty workers take 150
-- a second off the backlog, so that most of the time is theirs, and the rest is that until somebody
-- looks and until workers are up. Five minutes after nothing waits any more there are six again. A
-- worker costs 0.05 an hour, about what a virtual machine of two cores does at AWS; twenty of them
-- all the time cost 1 an hour. Loads and work are assumed.
--
-- Off: follows=false  six workers work at it for ten minutes
-- Off: least=19  nearly all of them are there all the time, most with nothing to do
-- Answer: thumbs.to_delivery.max
local every = param { "every", "30s", doc = "time between two looks at the backlog" }
local least = param { "least", 6, doc = "workers that there are in any case" }
local follows = param { "follows", true, doc = "whether the workers follow the backlog" }

client "users" { arrivals = poisson "50/s", target = "thumbs" }
client "import" { arrivals = burst { 6000, at = "5min" }, target = "thumbs" }
topic "thumbs" {}
service "resizer" {
  instances = least, price = "0.05/h",
  workers = 1, work = exponential "100ms", start = "20s", drain = "10s", subscribe = { "thumbs" },
}
control "pool" {
  watch = "thumbs.backlog", target = 100, every = every,
  act = follows and scale { "resizer", from = least, to = 20, up = { members = "unlimited" } }
    or nil,
}

goal "thumbs.to_delivery.max < 90s"
goal "thumbs.oldest < 6s"
goal "thumbs.redeliveries < 1"
if follows then
  goal "pool.members.end < 6.5"
  goal "resizer.cost.hour < 0.6"
end
run { duration = "20min", warmup = "1min", replications = 10 }
