-- Who has no token may ask 60 times an hour, who has one 5000 times: does anybody who asks too much
-- take from somebody else, and what passes of each?
--
-- Covers E09.
-- 300 callers ask 120 times an hour each on average; a tenth of them have tokens. A crawler without
-- one asks twice a second. Each has a limit of its own, so that the crawler gets its 60 an hour and
-- costs nobody anything. Log-ins have 5 tokens an address, which come back within 60 s: of 20
-- addresses that try twelve times a minute 5 pass. Numbers of callers and how often they ask are
-- assumed.
--
-- Off: per=tier  all without a token share one limit, which the crawler uses up
-- Off: paid=60/h  a token is worth nothing
-- Answer: callers.tier.anonymous.availability
local per = param { "per", "user", doc = "who has a limit of their own" }
local paid = param { "paid", "5000/h", doc = "what a token allows" }

client "callers" {
  arrivals = poisson "10/s", target = "api", users = 300,
  tier = { anonymous = 0.9, token = 0.1 },
}
client "crawler" { arrivals = constant "2/s", target = "api", users = 1, tier = { anonymous = 1 } }
service "api" {
  workers = 16, queue = 100,
  on = {
    limit { tier = { anonymous = "60/h", token = paid }, burst = 10, per = per },
    work(exponential "10ms"),
  },
}

client "addresses" { arrivals = closed { users = 20, think = "5s" }, target = "log-in" }
service "log-in" { workers = 4, on = { limit { "5/min", burst = 5, per = "user" }, work "20ms" } }

goal "callers.tier.token.availability >= 99.9%"
goal "callers.tier.anonymous.availability > 45%"
goal "callers.tier.anonymous.availability < 60%"
-- 60 an hour, of two a second.
goal "crawler.availability < 1%"
goal "crawler.availability > 0.7%"
-- What X-RateLimit-Remaining says: with a token about nine of the burst are left, else hardly any.
goal "api.limit.remaining > 0.4"
goal "addresses.availability > 40%"
goal "addresses.availability < 44%"

run { duration = "150min", warmup = "30min", replications = 4 }
