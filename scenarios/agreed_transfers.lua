-- Money goes from accounts of one store to accounts of another one, and servers die: does a store
-- need copies, or copies that agree, so that no transfer is left half done, and what does it cost?
--
-- Covers A04, F06.
-- Three banks move money by two-phase commit, each from one store to another. "single" has one
-- server for each store; "follow" has two more copies of each, which follow their primary
-- asynchronously and of which a control makes one the primary; "agree" has three that elect their
-- primary, and a vote or a decision counts when two have it, as in Spanner or CockroachDB, where
-- each participant of a transaction is such a group. A primary of the first store reaches its
-- copies no more and dies two seconds later, for a minute; later the bank that decides is down for
-- ten seconds. "single" stands still for the minute, and loses nothing. "follow" goes on after
-- eight seconds, and of two seconds the money has come and never gone: votes and decisions were
-- lost with the primary. "agree" stops when its primary is cut off, goes on when another is
-- elected, and has nothing half done, for two more round trips to its copies in each transfer.
-- Loads, work, outages and the time to promote are assumed.
--
-- Off: vote=async  the stores that elect answer before their copies have it, and lose votes, too
-- Off: manager=false  nobody takes over where copies follow
-- Answer: follow-bank.half_applied
local vote = param { "vote", "quorum", doc = "copies that have a vote where they elect" }
local manager = param { "manager", true, doc = "whether a control promotes copies that follow" }

region "site" { zones = { "a", "b", "c" } }
path { from = "site", to = "site", latency = "500us" }

local function bank(name, copies)
  local from, to, app = name .. "-from", name .. "-to", name .. "-bank"
  client(name .. "-users") {
    arrivals = poisson "50/s",
    mix = { transfer = 1 },
    keys = uniform_keys { n = 100000 },
    target = app,
    timeout = "5s",
  }
  service(app) {
    zone = "a",
    on = {
      transaction {
        call { from, op = "debit", timeout = "1s" },
        call { to, op = "credit", timeout = "1s" },
        commit = "2pc",
        log = "1ms",
      },
    },
  }
  for store, op in pairs { [from] = "debit", [to] = "credit" } do
    local with = copies and copies(store == from)
    database(store) {
      workers = 8, write = exponential "4ms", write_ops = { op }, copies = with,
      zone = not with and "b" or nil,
    }
  end
  local primary = copies and from .. "[1]" or from
  if copies then
    for i = 2, 3 do
      fault { partition { primary, ("%s[%d]"):format(from, i) }, at = "28s", lasts = "2s" }
    end
  end
  fault { crash(primary), at = "30s", lasts = "60s" }
  fault { crash(app), at = "110s", lasts = "10s" }
end

local three = { "b", "a", "c" }
bank("single")
bank("follow", function(fence)
  return { n = 3, zone = three, write = "async", fence = fence and manager or nil }
end)
bank("agree", function()
  return { n = 3, zone = three, write = vote, elect = { heartbeat = "100ms", timeout = "1s" } }
end)
if manager then
  control "ha" {
    heartbeat = "follow-from", every = "1s", timeout = "500ms", fails = 3,
    act = promote { "follow-from", takes = "5s" },
  }
end

-- A minute, eight and ten seconds, of 170.
goal "single-users.availability < 62%"
goal "follow-users.availability > 87%"
goal "agree-users.availability > 91%"
goal "single-bank.half_applied == 0"
goal "agree-bank.half_applied == 0"
-- What was voted for or decided in two seconds.
goal "follow-bank.half_applied > 50"
goal "follow-bank.half_applied < 150"
goal "agree-users.latency.p50 < 30ms"

run { duration = "180s", warmup = "10s", replications = 3 }
