-- 25 threads call good, bad and ugly endpoints that take 0.1, 1 and 10 s: what do the ugly ones
-- cost, and whom does a bulkhead refuse?
--
-- Source: github.com/App-vNext/Polly/issues/879
-- 70, 20 and 10 % of the calls take 1.27 s on average, so that 25 threads get 25 / 1.27 s = 19.7
-- done a second (19.8 there). A bulkhead of 13 calls with 5 waiting, around all calls together,
-- is soon filled by the ugly ones and then refuses good ones and ugly ones alike. Around the ugly
-- ones alone it protects the good ones.
--
-- Off: shared=25  a bulkhead as large as all threads refuses nobody
-- Off: apart=false  the ugly calls take all threads
-- Answer: apart.op.good.availability
local shared = param { "shared", 13, doc = "calls at once in the bulkhead around all calls" }
local apart = param { "apart", true, doc = "whether ugly calls have a bulkhead of their own" }

local mix = { good = 0.7, bad = 0.2, ugly = 0.1 }
local function threads(target)
  return { arrivals = closed { users = 25, think = "10ms" }, target = target, mix = mix }
end
client "free" (threads "endpoints")
client "shared" (threads "shared-flow")
client "apart" (threads "apart-flow")

service "shared-flow" { on = { call { "endpoints", pool = { size = shared, queue = 5 } } } }
service "apart-flow" {
  on = {
    ugly = { call { "endpoints", pool = apart and { size = 3, queue = 2 } or nil } },
    default = { call "endpoints" },
  },
}
service "endpoints" { on = { good = { work "100ms" }, bad = { work "1s" }, ugly = { work "10s" } } }

-- 25 / (1.27 s + 10 ms) = 19.5/s.
goal "free.goodput > 18.5/s"
goal "free.goodput < 20.5/s"
goal "shared.op.good.availability < 5%"
goal "apart.op.good.availability == 100%"
goal "apart.op.good.throughput > 40/s"
run { duration = "1000s", warmup = "100s", replications = 4 }
