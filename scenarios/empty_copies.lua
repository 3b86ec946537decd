-- The disks of a store with three copies and no primary die one after the other, two minutes apart:
-- how much is gone when nobody brings a new copy what the old one had, and how much when somebody
-- does?
--
-- Covers B10, F05.
-- Four stores under the same load, whose writes and reads wait for one copy. A copy that loses its
-- disk is down for ten seconds, comes back empty, and gets what is written from then on. Hints
-- bring what was written in these ten seconds. When the third disk has died, two copies have what
-- was written since the first one was back, and nobody what was written before then alone: of n
-- articles, each written w times a second, n (1 - e^-70w) e^-230w, which is 487 of 5000. So a store
-- with three copies loses data without two of them ever being down together. What is read is mended
-- as well, where reads repair; what nobody reads in two minutes is not. Copies that compare what
-- they have with each other each 30 s lose nothing. Readers notice before that: of an empty copy
-- they get that there is nothing. Loads and times are assumed.
--
-- Off: compare=0s  nobody compares: what was not written again is gone
-- Off: repair=none  what is read is not mended, either
-- Off: apart=8  the next disk dies before anybody has compared
-- Answer: bare.lost_writes
local compare = param { "compare", "30s", doc = "how often copies of the last store compare" }
local repair = param { "repair", "read", doc = "read: the third store mends what is read" }
local apart = param { "apart", 120, doc = "seconds between two disks" }

local function store(name, copies)
  client(name .. "-users") {
    arrivals = poisson "120/s", mix = { read = 5 / 6, write = 1 / 6 }, target = name,
    timeout = "5s",
    keys = uniform_keys { n = 5000 },
  }
  copies.n, copies.read, copies.write, copies.coordinators = 3, 1, 1, 1
  database(name) { workers = 16, read = "1ms", write = "2ms", copies = copies }
  for copy = 1, 3 do
    fault { lose(name .. "[" .. copy .. "]"), at = 60 + (copy - 1) * apart .. "s", lasts = "10s" }
  end
end
store("bare", {})
store("hints", { hints = true })
store("reads", { hints = true, repair = repair })
store("compares", { hints = true, anti_entropy = compare })

goal "bare.lost_writes > 380"
goal "bare.lost_writes < 550"
goal "hints.lost_writes > 330"
goal "reads.lost_writes < 100"
goal "compares.lost_writes < 1"
-- What readers of a new copy miss.
goal "bare.stale_reads > 10%"
goal "compares.stale_reads < 6%"
run { duration = "330s", warmup = "0s", replications = 6 }
