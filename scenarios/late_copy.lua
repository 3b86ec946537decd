-- A copy of a database is away for five minutes: when is it up to date again, if the log of the
-- primary keeps all that it lacks, or less than that, or less than comes while all data are sent?
--
-- Covers F03.
-- Fifty writes a second, so the copy lacks 15,000. A log that keeps 20,000 gives it these in one
-- message. One that keeps 10,000 has thrown the first of them away: the copy gets a snapshot of all
-- data, which takes two minutes, and then the 6000 writes that came meanwhile. One that keeps 5000
-- (what etcd keeps behind a snapshot) has thrown away some of these, too, when the snapshot is
-- there: another one follows, and another one after that, and the copy never has all. Who reads it
-- gets data that are minutes old. Loads, the outage and the time of a snapshot are assumed.
--
-- Off: keep=5000  the second log keeps too little as well
-- Off: away=60  nobody lacks more than any log keeps
-- Off: snapshot=40s  a snapshot that is quick enough ends it
-- Answer: late.snapshots
local keep = param { "keep", 10000, doc = "writes that the second log keeps" }
local away = param { "away", 300, doc = "seconds for which the copy is away" }
local snapshot = param { "snapshot", "2min", doc = "how long it takes to send all data" }

local function shop(name, keeps)
  client(name .. "-users") {
    arrivals = poisson "100/s", mix = { read = 0.5, write = 0.5 }, target = name, timeout = "5s",
    keys = uniform_keys { n = 2000 },
  }
  database(name) {
    workers = 4, read = "1ms", write = "2ms",
    copies = { n = 2, read = "any", apply = "1ms", keep = keeps, snapshot = snapshot },
  }
  fault { crash(name .. "[2]"), at = "60s", lasts = away .. "s" }
end
shop("log", 20000)
shop("sent", keep)
shop("late", 5000)

goal "log.snapshots == 0"
goal "log.behind.end < 10"
goal "sent.snapshots >= 1"
goal "sent.snapshots < 1.5"
goal "sent.behind.end < 10"
-- After 360 s one each two minutes, until the end.
goal "late.snapshots > 3.5"
goal "late.behind > 4000"
goal "late.stale_reads > 20%"
run { duration = "15min", warmup = "5s", replications = 4 }
