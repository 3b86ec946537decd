-- Every caller may send 100 requests a minute: which ways of counting hold that, and which let
-- twice as many through within seconds?
--
-- Covers E08.
-- One caller keeps still, sends 100 requests in the last seconds of a minute and 100 more in the
-- first ones of the next. A fixed window counts each minute for itself and lets all of them
-- pass. A log of the times that passed holds the limit in any 60 s; a counter that weighs the
-- window before comes close to it with two numbers a caller instead of a hundred times. A token
-- bucket of 100 lets the burst through and then what the rate gives; a leaky bucket lets
-- requests pass one by one. The others, who send 50 a minute each, are hardly ever refused: the
-- limit is each caller's own. How often the others send is assumed.
--
-- Off: per=all  one limit for everybody: the burst takes what is the others'
-- Off: algorithm=sliding_log  no window has an edge
-- Answer: fixed-burst.availability
local per = param { "per", "user", doc = "who has a limit of their own" }
local edge = param { "algorithm", "fixed_window", doc = "how the first gate counts" }

-- Two bursts, 2 s before and 2 s after the end of the third minute.
local bursts = profile {
  { "0s", "0/s" }, { "178s", "50/s" }, { "182s", "0/s" }, steps = true,
}
local gates = {
  fixed = { "100/min", window = "1min", algorithm = edge, per = per },
  log = { "100/min", window = "1min", algorithm = "sliding_log", per = per },
  counter = { "100/min", window = "1min", algorithm = "sliding_counter", per = per },
  token = { "100/min", burst = 100, per = per },
  leaky = { "100/min", burst = 20, algorithm = "leaky_bucket", per = per },
}
for name, gate in pairs(gates) do
  client(name .. "-burst") { arrivals = constant(bursts), target = name, users = 1 }
  client(name .. "-others") { arrivals = poisson "500/min", target = name, users = 10 }
  service(name) { on = { limit(gate), call "web" } }
end
service "web" { work = "2ms" }

-- 200 requests of the burst: who lets how many through.
goal "fixed-burst.availability > 97%"
goal "log-burst.availability < 53%"
goal "log-burst.errors.rate_limited == 100" -- the 101st and all after it
goal "counter-burst.availability < 55%"
goal "token-burst.availability < 57%"
goal "leaky-burst.availability < 20%"
-- What the limit costs those who keep to it.
goal "fixed-others.availability > 99.9%"
goal "token-others.availability > 99.9%"
goal "log-others.availability > 99.9%"
run { duration = "5min", warmup = "0s", replications = 10 }
