-- Consumers crash, and so does the broker: how many messages are lost and how many worked on
-- twice, at most once, at least once, and with a memory of what was done?
--
-- Covers C08.
-- Acknowledged before the work, what a consumer had when it died is lost and nothing is done twice.
-- Acknowledged after it, nothing is lost; but what was done and not yet acknowledged comes again.
-- A consumer that writes down, together with its work, which messages it has done lets nothing
-- happen twice. A publisher who has not heard of the acknowledgement sends again: the third
-- queue knows such messages by their identity. Loads, work and how often things crash are assumed.
--
-- Off: dedup=0s  what comes again is done again
-- Off: ack=before  what dying consumers have is lost
-- Answer: exactly.duplicates
local dedup = param { "dedup", "10min", doc = "how long a consumer remembers what it has done" }
local ack = param { "ack", "after", doc = "when consumers acknowledge" }

local function queue(name, subscribe)
  client(name .. "-shop") { arrivals = poisson "100/s", target = name .. "-web" }
  service(name .. "-web") {
    on = {
      publish {
        name, timeout = "500ms",
        retry = { attempts = 4, backoff = exponential { base = "1s", jitter = "full" } },
      },
    },
  }
  topic(name) { write = exponential "5ms" }
  subscribe[1], subscribe.prefetch = name, 20
  service(name .. "-worker") {
    instances = 3, workers = 4, work = exponential "50ms", subscribe = subscribe,
  }
  fault { crash(name .. "-worker[*]"), mttf = exponential "60s", mttr = exponential "5s" }
  fault { crash(name), at = "2min", lasts = "2s" }
end
queue("most", { ack = "before" })
queue("least", { ack = ack, ack_every = ack == "after" and 10 or 1 })
queue("exactly", { ack = ack, ack_every = ack == "after" and 10 or 1, dedup = dedup })

goal "most.duplicates < 1"
goal "most.lost > 20"
goal "least.lost < 1"
goal "least.duplicates > 30" -- what was done and not acknowledged when its consumer died
goal "exactly.lost < 1"
goal "exactly.duplicates < 1"
run { duration = "10min", warmup = "10s", replications = 10 }
