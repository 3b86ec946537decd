-- One of two dependencies becomes slow: does a pool of its own keep it from taking all workers of
-- its caller?
--
-- Covers G12.
-- The caller has 64 workers and sends each dependency 50/s. The slow one takes 2 s instead of
-- 20 ms: 50/s x 2 s = 100 workers, all of them. With a pool of ten calls at once it gets no more
-- than ten; what finds the pool full is refused at once. Loads and times of work are assumed.
--
-- Off: pool=false  all workers wait for the slow dependency
-- Off: size=64  the pool is as large as the caller: no wall at all
-- Answer: users.op.quick.availability
local pool = param { "pool", true, doc = "whether calls to each dependency have a pool" }
local size = param { "size", 10, doc = "calls at once" }

client "users" { arrivals = poisson "100/s", target = "web", timeout = "2s",
                 mix = { quick = 0.5, sluggish = 0.5 } }
local function wall() return pool and { size = size, queue = 0 } or nil end
service "web" {
  workers = 64, queue = 64,
  on = {
    quick = { work "2ms", call { "inventory", pool = wall() } },
    sluggish = { work "2ms", call { "reviews", pool = wall() } },
  },
}
service "inventory" { work = exponential "20ms" }
service "reviews" { work = exponential "20ms" }
fault { slow { "reviews", factor = 100 }, at = "60s", lasts = "60s" }

goal "users.op.quick.availability >= 99.9%"
goal "users.op.quick.latency.p99 < 150ms"
goal "web.queue.max == 0"
-- The slow one takes its own pool only.
if pool then
  goal "web.reviews.pool.used.max <= 10"
  goal "web.inventory.pool.refused < 10"
end

run { duration = "4min", warmup = "20s", replications = 8 }
