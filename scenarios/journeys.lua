-- One request in two hundred fails: how many visitors of a shop never get to the end of their
-- purchase, and how many with a second attempt at what failed?
--
-- Covers G02.
-- A purchase is a log-in, five pages on average, a basket and a payment, with pauses in which the
-- visitor reads. It succeeds when all of these do: 0.995^8 or so, 96 %, where each request has
-- 99.5 %. What a service promises for its requests says little of what its users can do. Shares of
-- failures and pauses are assumed.
--
-- Off: retry=1  what fails is not tried again: one purchase in 25 is lost
-- Off: advert=false  the advertisement beside the basket always fails, and ends the purchase
-- Answer: retrying.journey.availability
local attempts = param { "retry", 2, doc = "attempts at each request" }
local optional = param { "advert", true, doc = "whether the advertisement is optional" }

local purchase = {
  request "login", pause(exponential "3s"),
  request { "browse", times = geometric(5), pause = exponential "10s" },
  request { "advert", optional = optional },
  request "basket", pause(exponential "5s"), request "pay",
}
local visits = poisson "5/s"
client "plain" { arrivals = visits, target = "plain-shop", timeout = "1s", journey = purchase }
client "retrying" {
  arrivals = visits, target = "retry-shop", timeout = "1s", journey = purchase,
  retry = { attempts = attempts, backoff = "100ms" },
}
for _, shop in ipairs { "plain-shop", "retry-shop" } do
  service(shop) {
    workers = 8,
    on = {
      advert = { work "1ms", fail() },
      default = { work(exponential "20ms"), branch { p = "0.5%", fail() } },
    },
  }
end

goal "plain.op.pay.availability > 99.3%"
goal "plain.journey.availability < 96.6%"
goal "plain.journey.availability > 95.4%"
goal "retrying.journey.availability > 99.9%"
goal "retrying.journey.within.5min > 99%"

run { duration = "25min", warmup = "5min", replications = 8 }
