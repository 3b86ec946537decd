-- The work on a message takes longer, now and then, than the queue waits for its acknowledgement,
-- and publishers ask again when theirs is late: how much is done twice?
--
-- Covers C07.
-- Half of the messages take 2 s, one in a hundred 20 s. "short" waits 10 s for an acknowledgement
-- and delivers each message that takes longer again, to a second worker, while the first one still
-- works: 5 % of all, which costs workers, and the customer gets the mail twice. With a visibility
-- above the longest work nothing is done twice; what a dead worker had comes again at once, since
-- its connection breaks. A publisher gives a message 1 s, and sends it again after pauses that
-- double: what was taken all the same is there twice, unless the queue knows messages by their
-- identity ("long" and "short"). Times are assumed.
--
-- Off: visibility=10s  the slow ones are done twice
-- Off: known=0s  what a publisher sends again is another message
-- Off: factor=1  the disk of the queue is as fast as ever, and nobody sends again
-- Answer: short.duplicates
local visibility = param { "visibility", "5min", doc = "how long `long` waits" }
local known = param { "known", "5min", doc = "for how long `long` knows a message again" }
local factor = param { "factor", 200, doc = "how much slower the queues' disks are for a while" }

local function mails(name, waits, dedup)
  client(name .. "-shop") { arrivals = poisson "5/s", target = name .. "-web" }
  service(name .. "-web") {
    on = {
      publish {
        name, timeout = "1s",
        retry = { attempts = 5, backoff = exponential { base = "200ms", jitter = "full" } },
      },
    },
  }
  topic(name) { write = exponential "5ms", dedup = dedup }
  service(name .. "-mailer") {
    instances = 4, workers = 8, work = lognormal { p50 = "2s", p99 = "20s" },
    subscribe = { name, visibility = waits },
  }
  fault { crash(name .. "-mailer[2]"), at = "200s", lasts = "30s" }
  fault { slow { name, factor = factor }, at = "400s", lasts = "20s" }
end
mails("long", visibility, known)
mails("short", "10s", "5min")
mails("unknown", "5min", "0s")

goal "long.duplicates < 1"
goal "long.lost < 1"
goal "long.redeliveries < 20"
goal "long.deduplicated > 20"
-- One message in twenty.
goal "short.duplicates > 230"
goal "short.duplicates < 420"
-- What was sent again.
goal "unknown.duplicates > 20"
goal "unknown.duplicates < 120"
run { duration = "20min", warmup = "10s", replications = 6 }
