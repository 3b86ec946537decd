-- The work on a message takes longer, now and then, than the queue waits for its acknowledgement:
-- how much is done twice?
--
-- Covers C07.
-- Half of the messages take 2 s, one in a hundred 20 s. A queue that waits 10 s for an
-- acknowledgement delivers each of those again, to a second worker, while the first one still
-- works.
-- What is done twice costs workers, and the customer gets the mail twice. With a visibility
-- above the longest work nothing is done twice, and what a dead worker had waits that much longer.
--
-- Off: visibility=10s  the slow ones are done twice
-- Answer: mails.duplicates
local visibility = param { "visibility", "5min", doc = "how long the queue waits" }

client "shop" { arrivals = poisson "5/s", target = "web" }
service "web" {
  on = {
    publish {
      "mails", timeout = "1s",
      retry = { attempts = 5, backoff = exponential { base = "200ms", jitter = "full" } },
    },
  },
}
-- A publisher who has not heard of the acknowledgement sends again; the queue knows it by its id.
topic "mails" { write = exponential "200ms", dedup = "5min" }
service "mailer" {
  instances = 4, workers = 8, work = lognormal { p50 = "2s", p99 = "20s" },
  subscribe = { "mails", visibility = visibility },
}
fault { crash "mailer[2]", at = "200s", lasts = "30s" }

goal "mails.duplicates < 1"
goal "mails.lost < 1"
goal "mails.redeliveries < 20"
goal "mails.deduplicated > 5"
goal "mailer.end_to_end.max < 8min"
run { duration = "20min", warmup = "10s", replications = 10 }
