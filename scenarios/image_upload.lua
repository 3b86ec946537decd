-- An upload makes three sizes of an image, at once or in a queue: how long does a visitor wait, and
-- what is lost in a burst, either way?
--
-- Covers C01.
-- Making the sizes takes 600 ms of a worker. Done before the answer, that is what an upload takes,
-- and in a burst of twice what the four workers can do uploads are refused. With a queue the
-- visitor
-- waits for the storing of the original alone; the sizes come later, in a burst by seconds, and
-- nothing is lost. Loads and times of work are assumed.
--
-- Off: queued=false  the visitor waits for the sizes, and uploads of the burst are refused
-- Answer: visitors.latency.p99
local queued = param { "queued", true, doc = "whether the sizes are made after the answer" }

local sizes = { work "100ms", work "200ms", work "300ms" }
client "visitors" {
  arrivals = poisson(profile {
    { "0s", "4/s" }, { "60s", "13/s" }, { "90s", "4/s" }, steps = true,
  }),
  target = "upload", timeout = "10s",
}
if queued then
  service "upload" { workers = 8, on = { work "20ms", publish { "images", timeout = "1s" } } }
  topic "images" { capacity = 10000 }
  service "resize" { workers = 4, on = sizes, subscribe = { "images", visibility = "30s" } }
else
  service "upload" { workers = 8, on = { work "20ms", call "resize" } }
  service "resize" { workers = 4, queue = 16, on = sizes }
end

goal "visitors.latency.p99 < 100ms"
goal "visitors.availability > 99.9%"
if queued then
  goal "images.lost < 1"
  goal "resize.end_to_end.max < 90s"
end
run { duration = "5min", warmup = "10s", replications = 10 }
