-- The consumers of a log fetch up to a hundred records at once, and for three minutes what they
-- call is four times slower: are they only behind, or do they leave their group and do work twice?
--
-- Covers C02.
-- Kafka's consumers leave their group when they have not asked for more within
-- max.poll.interval.ms (5 min; max.poll.records is 500). What they then end they cannot
-- acknowledge, others begin with the same records, and all fall further behind. Times are assumed.
--
-- Off: prefetch=500  a batch takes longer than the poll interval allows: it is done again
-- Off: poll=20s      so it does where the interval is shorter
-- Answer: billing.end_to_end.p99
local prefetch = param { "prefetch", 100 }
local poll = param { "poll", "60s" }
client "shop" { arrivals = poisson "40/s", target = "web" }
service "web" { on = { work "1ms", publish "orders" } }
topic "orders" { partitions = 4 }
service "billing" { instances = 4, workers = 1,
  subscribe = { "orders", prefetch = prefetch, poll = poll }, on = { call "ledger" } }
service "ledger" { work = "60ms" }
fault { slow { "ledger", factor = 4 }, at = "3min", lasts = "3min" }
goal "orders.polls_missed == 0"
goal "billing.duplicates == 0"
goal "billing.end_to_end.p99 <= 4min"
goal "billing.backlog.end <= 50"
run { duration = "20min", warmup = "1min", replications = 3 }
