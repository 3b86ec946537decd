-- How long is a system down in a year at two, three, four and five nines?
--
-- Covers B08.
-- Each server breaks and is repaired again and again; both times are exponential. The share of time
-- in which it is up is mttf / (mttf + mttr), and what is missing of a year of 365 days:
--   99 %      3.65 d      mttf =     99 x 5 min
--   99.9 %    8.76 h      mttf =    999 x 5 min
--   99.99 %   52.6 min    mttf =   9999 x 5 min
--   99.999 %  5.26 min    mttf =  99999 x 5 min
-- The fifth nine fails once a year, so it takes 1000 years in all, 10 runs of 100, to measure it.
--
-- Off: failures=false  nothing breaks: always up
-- Off: repair=10min  repairs take twice as long, and so is the time down
-- Answer: five.uptime
local failures = param { "failures", true, doc = "whether servers break" }
local repair = param { "repair", "5min", doc = "mean time to repair" }

local up = { two = 99, three = 999, four = 9999, five = 99999 } -- in units of 5 min
for name, times in pairs(up) do
  client("users-" .. name) { arrivals = poisson "1/d", target = name, timeout = "1s" }
  service(name) {}
  if failures then
    fault { crash(name), mttf = exponential(5 * times .. "min"), mttr = exponential(repair) }
  end
end

-- 3 % to each side, and more the rarer failures are.
goal "two.uptime > 98.97%"
goal "two.uptime < 99.03%"
goal "three.uptime > 99.897%"
goal "three.uptime < 99.903%"
goal "four.uptime > 99.9893%"
goal "four.uptime < 99.9907%"
goal "five.uptime > 99.99875%"
goal "five.uptime < 99.99925%"

run { duration = "36500d", warmup = "0s", replications = 10 }
