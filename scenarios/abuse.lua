-- Bots ask as fast as they can: what do users get without a limit, with one for each caller, and
-- with bots that come again only when they are told?
--
-- Covers E10.
-- Three times the same: a gate that spends 1 ms on each request, and a service behind it that can
-- do 100/s. 1000 users ask for 50/s of that; 50 bots send the next request 10 ms after each answer.
--   open     without a limit the bots keep a queue of their own requests, and users give up
--   limited  40 a minute each: users get all they ask for, but the bots go on asking, and what the
--            gate does to refuse them keeps it busy all the time
--   obeyed   they heed Retry-After: the gate has almost nothing to do
-- A limit bounds what passes, not what is asked; that is the callers' choice. How often users and
-- bots ask and what a request takes are assumed.
--
-- Off: limit=1000/s  nobody is refused
-- Off: per=all  one limit for everybody: the bots take what is the users'
-- Off: obeys=nothing  nobody heeds Retry-After
-- Answer: limited-users.availability
local limit_rate = param { "limit", "40/min", doc = "how often each may ask" }
local per = param { "per", "user", doc = "who has a limit of their own" }
local obeys = param { "obeys", "retry_after", doc = "what the bots of the last system heed" }

local function system(name, gates, heeds)
  client(name .. "-users") {
    arrivals = poisson "50/s", target = name .. "-gate", timeout = "800ms", users = 1000,
  }
  client(name .. "-bots") {
    arrivals = closed { users = 50, think = "10ms" }, target = name .. "-gate", obeys = heeds,
  }
  local steps = { work "1ms" }
  for _, gate in ipairs(gates) do steps[#steps + 1] = gate end
  steps[#steps + 1] = call(name .. "-web")
  service(name .. "-gate") { workers = 1, io = "async", on = steps }
  service(name .. "-web") { workers = 4, work = exponential "40ms" }
end

local gate = limit { limit_rate, burst = 5, per = per, retry_after = true }
system("open", {}, "nothing")
system("limited", { gate }, "nothing")
system("obeyed", { gate }, obeys)

goal "open-users.availability < 60%"
goal "limited-users.availability > 98%"
goal "obeyed-users.availability > 98%"
goal "limited-gate.utilization > 95%"
goal "obeyed-gate.utilization < 20%"

run { duration = "3min", warmup = "30s", replications = 4 }
