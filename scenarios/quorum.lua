-- A store of shopping carts without a primary keeps three copies: how often does a reader miss what
-- was acknowledged, and what does each setting cost in time and when a copy fails?
--
-- Covers F05.
-- Two stores under the same load. Any call goes to all three copies. "strict" waits for two of
-- them, to write and to read: two and two of three have one in common, so no reader misses any,
-- also while the third copy is down. "fast" waits for one: an answer comes as soon as the quickest
-- has it, and a reader who asks just then another one misses it. When a copy comes back after a
-- minute it lacks a minute of writes. The coordinators of "strict" have kept them (hints) and hand
-- them over within 10 s; "fast" keeps none, and a cart is mended there when somebody reads it. For
-- the laws of disks and networks that Bailis et al. published (2012), `scripts/validate` compares
-- the share of misses (V82).
--
-- Off: read=1  a reader of one copy misses what two others have
-- Off: write=3  nobody can write while a copy is down
-- Off: hints=false  what the copy that was down lacks it lacks for good
-- Off: repair=none  its readers meet old carts until these are written again
-- Answer: fast.stale_reads
local read = param { "read", 2, doc = "answers that a read of the strict store waits for" }
local write = param { "write", 2, doc = "copies that a write of the strict store waits for" }
local hints = param { "hints", true, doc = "whether coordinators keep what a copy did not take" }
local repair = param { "repair", "read", doc = "read: old copies are mended when they are read" }

region "dc" { zones = { "rack1", "rack2", "rack3" } }
path { from = "dc", to = "dc", latency = lognormal { p50 = "0.3ms", p99 = "2ms" } }

local function store(name, r, w, more)
  client(name .. "-users") {
    arrivals = poisson "300/s",
    mix = { look = "60%", add = "40%" },
    keys = zipf { n = 20000, s = 0.9 },
    target = name,
  }
  database(name) {
    workers = 8,
    read = exponential "1ms",
    write = exponential "3ms",
    read_ops = { "look" },
    write_ops = { "add" },
    copies = {
      n = 3,
      coordinators = 3,
      zone = { "rack1", "rack2", "rack3" },
      read = r,
      write = w,
      hints = more.hints,
      repair = more.repair,
    },
  }
  fault { crash(name .. "[3]"), at = "60s", lasts = "60s" }
end
store("strict", read, write, { hints = hints })
store("fast", 1, 1, { repair = repair })

goal "strict.stale_reads == 0"
goal "strict-users.availability == 100%"
goal "fast-users.availability == 100%"
goal "fast.stale_reads > 0.1%"
goal "fast.stale_reads < 1.5%"
-- Waiting for the second of three costs something.
goal "fast-users.op.add.latency.p99 < 8ms"
goal "strict-users.op.add.latency.p99 > 12ms"
-- What is not on all copies at the end is under way.
goal "strict.behind.end < 1"

run { duration = "180s", warmup = "5s", replications = 10 }
