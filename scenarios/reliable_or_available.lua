-- Two gateways are available for the same share of time, but one fails every 30 days and the other
-- every 7: what do users notice?
--
-- Covers B09.
-- Both are up for 99.9 % of the time: mean time to failure 30 d with 43.2 min of repair, 7 d with
-- 10.1 min. New requests fail alike. What differs is what a failure cuts off: uploads of two hours
-- are lost with the gateway that had them, and the second one fails 30 / 7 = 4.29 times as often.
-- In 10 years with four uploads under way on average (two an hour, two hours each):
--   every 30 d   10 x 365 / 30.03 x 4 =  486 uploads cut off
--   every 7 d    10 x 365 / 7.007 x 4 = 2084
--
-- Off: often=30d  both fail alike: the second cuts off as few as the first
-- Off: failures=false  nothing fails
-- Answer: often.errors.reset
local often = param { "often", "7d", doc = "mean time to failure of the second gateway" }
local failures = param { "failures", true, doc = "whether gateways fail" }

local mttf = { seldom = "30d", often = often }
local mttr = { seldom = "43.24min", often = "10.09min" } -- 1/999 of it: 99.9 %

for _, name in ipairs { "often", "seldom" } do
  client(name) { arrivals = poisson "2/h", target = name .. "-gateway" }
  service(name .. "-gateway") { work = "2h" } -- an upload
  if failures then
    fault { crash(name .. "-gateway"), mttf = exponential(mttf[name]),
            mttr = exponential(mttr[name]) }
  end
end

goal "seldom.errors.reset > 390"
goal "seldom.errors.reset < 590"
goal "often.errors.reset > 1850"
goal "often.errors.reset < 2320"
goal "seldom-gateway.mtbf > 25d"
goal "seldom-gateway.mtbf < 38d"
goal "often-gateway.mtbf > 6.3d"
goal "often-gateway.mtbf < 7.8d"
-- The same availability.
goal "seldom-gateway.uptime > 99.88%"
goal "seldom-gateway.uptime < 99.92%"
goal "often-gateway.uptime > 99.88%"
goal "often-gateway.uptime < 99.92%"

run { duration = "3650d", warmup = "1d", replications = 10 }
