-- A service is dead for two minutes: how many calls still reach it through a circuit breaker, and
-- how soon is it used again when it is back?
--
-- Covers G11.
-- Five failures in a row open the breaker; after 30 s one trial call decides. At 20/s five failures
-- take a quarter of a second, then a trial follows every 30 s, so at most 5 + 4 calls in 120 s, not
-- the 2400 that are sent without one. The breaker closes at the first trial after the end, at most
-- 30 s later, so it turns away calls for 120 to 150 s: 2400 to 3000 of them. The load, and what
-- payment takes, are assumed.
--
-- Off: breaker=false  every call meets the dead service
-- Off: open=5min  the trial comes long after the service is back
-- Answer: payment.errors
local breaker = param { "breaker", true, doc = "whether calls go through a breaker" }
local open = param { "open", "30s", doc = "how long it stays open before a trial" }

client "users" { arrivals = poisson "20/s", target = "shop", timeout = "3s" }
service "shop" {
  workers = 32,
  on = { work "5ms",
         call { "payment", timeout = "1s",
                breaker = breaker and { failures = 5, open = open, trials = 1 } or nil } },
}
service "payment" { work = exponential "50ms" }
fault { crash "payment", at = "60s", lasts = "120s" }

goal "payment.errors <= 12"
if breaker then
  goal "shop.payment.rejected > 2200"
  goal "shop.payment.rejected < 3200"
end
-- Used again: 120 to 150 of 600 s fail.
goal "users.availability > 74%"
goal "users.availability < 81%"

run { duration = "10min", warmup = "0s", replications = 8 }
