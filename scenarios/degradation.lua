-- The recommendations are down and the reviews slow: does a product page without them keep every
-- visitor, and how many pages are reduced?
--
-- Covers G14.
-- A page needs the product; recommendations and reviews are extras. Each extra has 100 ms, and when
-- it is not there by then, the page shows a list that is the same for all, or no reviews. Loads and
-- times of work are assumed.
--
-- Off: degrade=false  a page without its extras is an error
-- Off: patience=never  nobody gives up on slow reviews: every page is as slow as they are
-- Answer: visitors.availability
local degrade = param { "degrade", true, doc = "whether pages are shown without their extras" }
local patience = param { "patience", "100ms", doc = "how long a page waits for an extra" }

client "visitors" { arrivals = poisson "100/s", target = "page", timeout = "2s" }

-- extra NAME, INSTEAD: a call whose failure costs no more than what is shown instead.
local function extra(name, instead)
  return call { name, timeout = patience, fallback = degrade and instead or nil }
end
service "page" {
  workers = 64, queue = 64,
  on = {
    work(exponential "5ms"),
    call { "product", timeout = "500ms" },
    extra("recommend", { work "1ms" }),
    extra("reviews", {}),
  },
}
service "product" { workers = 8, work = exponential "10ms" }
service "recommend" { workers = 16, work = exponential "20ms" }
service "reviews" { workers = 16, work = exponential "10ms" }

fault { crash "recommend", at = "60s", lasts = "60s" }
fault { slow { "reviews", factor = 50 }, at = "150s", lasts = "60s" }

goal "visitors.availability >= 99.99%"
goal "visitors.latency.p99 < 250ms"
-- 100/s for 60 s without recommendations, and most of as many without reviews; few others.
goal "page.fallbacks > 9000"
goal "page.fallbacks < 14000"

run { duration = "5min", warmup = "20s", replications = 6 }
