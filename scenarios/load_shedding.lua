-- Half again as many requests come as a server can do: whom does it turn away, and how long do the
-- others wait, with a full queue, with shedding by the queue, and with shedding by the wait?
--
-- Covers C05, G13.
-- Four workers do 100/s and get 150/s, of which 40/s are of users who pay. Three servers:
--   full      refuses all who come while 60 wait
--   by-queue  turns away who does not pay once 15 wait, and who pays only when 60 do
--   by-wait   CoDel: turns calls away as a worker takes them up, one after the other and faster and
--             faster, while all have waited more than 20 ms; who pays comes last
-- All of them do what they can. A full queue costs everybody 0.6 s and takes its third of those who
-- pay, too. CoDel needs no limit of a queue to be chosen. It was made for senders who slow down:
-- these do not, and so they wait for much longer than its target. Loads and times of work are
-- assumed; 20 ms is assumed, too, CoDel's own target is 5 ms.
--
-- Off: keep=nobody  no class is kept longer than another
-- Off: share=100%  nobody is turned away by the queue before it is full
-- Off: target=1h  no wait is too long
-- Answer: by-wait.tier.paid.availability
local keep = param { "keep", "paid", doc = "who is kept longest, or nobody" }
local share = param { "share", "25%", doc = "how full the queue may be" }
local target = param { "target", "20ms", doc = "how long calls may wait" }
local classes = keep ~= "nobody" and { keep, "free" } or nil

local gates = {
  full = {},
  ["by-queue"] = { shed { when = "queue > " .. share, keep = classes } },
  ["by-wait"] = { shed { when = "wait > " .. target, keep = classes } },
}
for name, gate in pairs(gates) do
  client(name) {
    arrivals = poisson "150/s", target = name .. "-server", timeout = "5s",
    users = 3000, tier = { free = 11 / 15, paid = 4 / 15 },
  }
  gate[#gate + 1] = work(exponential "40ms")
  service(name .. "-server") {
    workers = 4, queue = name == "by-wait" and "unlimited" or 60, on = gate,
  }
end

goal "full.tier.paid.availability < 75%"
goal "by-queue.tier.paid.availability >= 99.9%"
goal "by-wait.tier.paid.availability >= 99.7%"
-- Nothing is given away: all of the 100/s are used.
goal "by-queue.goodput > 95/s"
goal "by-wait.goodput > 95/s"
goal "full.latency.p50 > 500ms"
goal "by-queue.latency.p50 < 300ms"
goal "by-wait.latency.p50 < 300ms"

run { duration = "3min", warmup = "20s", replications = 6 }
